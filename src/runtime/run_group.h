#pragma once

// RunGroup: the actors of a process (servers, loops, the signal waiter), which live and end
// together.
//
// Every actor runs on a thread of its own. When the first one returns, all others are interrupted,
// in the reverse of the order they were added, so that what was built last stops first; Run()
// returns once all have ended, with the first one's Status.

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"

namespace aion::runtime {

class RunGroup {
 public:
  /// `interrupt` must make `execute` return soon; it is called at most once, from another thread,
  /// also when `execute` has returned by then. It gets the Status the group ends with.
  void Add(std::string name, std::function<Status()> execute,
           std::function<void(const Status&)> interrupt);

  /// OK at once when there is no actor. To be called once.
  Status Run();

 private:
  struct Actor {
    std::string name;
    std::function<Status()> execute;
    std::function<void(const Status&)> interrupt;
  };
  std::vector<Actor> actors_;
};

}  // namespace aion::runtime
