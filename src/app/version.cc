#include "app/version.h"

namespace aion::app {

std::string_view Revision() { return AION_REVISION; }

}  // namespace aion::app
