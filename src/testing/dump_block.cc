// dump_block DIR…: prints the series of blocks as the golden dumps hold them. For looking at a
// block by hand.

#include <fmt/core.h>

#include <cstdio>

#include "testing/block_dump.h"

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    auto block = aion::tsdb::BlockReader::Open(aion::Env::Posix(), argv[i]);
    aion::StatusOr<std::string> dump =
        block.ok() ? aion::testing::DumpBlock(**block) : block.status();
    if (!dump.ok()) {
      fmt::print(stderr, "{}: {}\n", argv[i], dump.status().ToString());
      return 1;
    }
    std::fwrite(dump->data(), 1, dump->size(), stdout);
  }
  return 0;
}
