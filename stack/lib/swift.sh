# The Swift toolchain and the builds.

has_swift() {
    local version
    version=$(swift_version) && [ -n "$version" ] && is_at_least "$SWIFT_MINIMUM" "$version"
}

swift_version() { swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1; }

# swift_build LOG ARGUMENT…: the one optimised build of the services, of the tests, which look inside of the modules,
# and of what is measured. With other flags SwiftPM would build everything once more.
swift_build() {
    local log=$1 flags=(--package-path "$ROOT" -c release -Xswiftc -enable-testing)
    shift
    # A later compiler may warn of what this one accepts.
    [[ $(swift_version) != "$SWIFT_MINIMUM"* ]] || flags+=(-Xswiftc -warnings-as-errors)
    quietly "$ROOT/.run/log/$log.log" swift build "${flags[@]}" "$@" || fail 'the build failed'
}

# SwiftPM takes seconds to see that there is nothing to do; a time stamp takes none.
built=$ROOT/.build/built built_tests=$ROOT/.build/built-tests

build_release() {
    ! is_newest "$built" "$ROOT"/{Package.swift,Plugins,Sources,schema} || return 0
    say 'swift build -c release (the first time takes minutes)'
    mark_build
    swift_build swift-build
    mv "$built.new" "$built"
}

build_tests() {
    local sources=(Package.swift Plugins Sources schema Tests bench stack/EmbeddedBroker)
    ! is_newest "$built_tests" "${sources[@]/#/$ROOT/}" || return 0
    say 'swift build -c release --build-tests'
    mark_build
    swift_build swift-build-tests --build-tests
    cp -p "$built.new" "$built_tests"
    mv "$built.new" "$built"
}

# What is changed while the build goes on is newer than its stamp.
mark_build() {
    mkdir -p "${built%/*}"
    require_space 1 "${built%/*}"
    touch "$built.new"
}

build_embedded_broker() {
    ! is_newest "$BIN/embedded-broker" "$ROOT/Package.swift" "$ROOT/stack/EmbeddedBroker" || return 0
    say 'building the embedded broker'
    swift_build swift-build-broker --product embedded-broker
}

is_newest() { [ -e "$1" ] && [ -z "$(find "${@:2}" -newer "$1" -print -quit)" ]; }
