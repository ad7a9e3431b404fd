# Debian packages by purpose, and how they are brought in. Sourced by run.sh and test.sh.
#
#   install_packages NAME…   installs what is missing (as root, or through sudo)
#   unpack_packages NAME…    unpacks below .cache/debian instead: packages that would start a service when installed

AION_BUILD_PACKAGES="g++ cmake ninja-build pkg-config ccache mold git ca-certificates curl jq
  libboost1.81-dev libboost-json1.81-dev libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  libssl-dev libcurl4-openssl-dev zlib1g-dev libsnappy-dev libzstd-dev libxxhash-dev libisal-dev libre2-dev libyaml-dev
  libfmt-dev libabsl-dev libc-ares-dev libmimalloc-dev libgtest-dev libbenchmark-dev"
AION_DEMO_UNPACKED="prometheus prometheus-node-exporter"
AION_TEST_PACKAGES="lld clang-19 chromium clang-format-19 clang-tidy-19 python3 procps"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_updated=""
apt_update() {
  [ -n "$apt_updated" ] && return
  as_root apt-get update -qq
  apt_updated=yes
}

package_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]
}

install_packages() {
  local missing="" name
  for name in "$@"; do package_installed "$name" || missing="$missing $name"; done
  [ -z "$missing" ] && return 0
  echo "Installing:$missing"
  apt_update
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# Node.js and npm, from Debian unless others are there: another vendor's Node.js conflicts with Debian's npm.
install_node() {
  command -v npm >/dev/null && command -v node >/dev/null && return 0
  install_packages nodejs npm
}

# Unpacks each package into $AION_ROOT/.cache/debian/NAME, once.
unpack_packages() {
  local name dir
  for name in "$@"; do
    dir="$AION_ROOT/.cache/debian/$name"
    [ -d "$dir" ] && continue
    echo "Unpacking: $name"
    apt_update
    mkdir -p "$AION_ROOT/.cache/debian/archives"
    (cd "$AION_ROOT/.cache/debian/archives" && apt-get download -qq "$name" >/dev/null 2>&1)
    rm -rf "$dir.part"
    dpkg-deb -x "$AION_ROOT"/.cache/debian/archives/"$name"_*.deb "$dir.part"
    mv "$dir.part" "$dir"
  done
}

# Compiles are cached outside the tree; the sloppiness is what precompiled headers need.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR="${AION_ROOT:-}"

# build_preset PRESET TARGET…
build_preset() {
  local preset="$1"
  shift
  cmake --preset "$preset" -S "$AION_ROOT" >"$AION_ROOT/build/$preset.configure.log" 2>&1 ||
    { tail -n 40 "$AION_ROOT/build/$preset.configure.log"; return 1; }
  cmake --build "$AION_ROOT/build/$preset" -j "$(nproc)" --target "$@"
}
