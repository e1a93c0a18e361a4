# The Swift toolchain and the build of the executables.

has_swift() {
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1) &&
        [ -n "$version" ] && is_at_least "$SWIFT_MINIMUM" "$version"
}

# SwiftPM takes seconds to see that there is nothing to do; a time stamp takes none.
build_release() {
    local stamp=$ROOT/.run/built
    ! is_newest "$stamp" "$ROOT/Package.swift" "$ROOT/Plugins" "$ROOT/Sources" "$ROOT/schema" || return 0
    say 'swift build -c release (the first time takes minutes)'
    touch "$stamp.new"
    quietly "$ROOT/.run/log/swift-build.log" swift build --package-path "$ROOT" -c release || fail 'the build failed'
    mv "$stamp.new" "$stamp"
}

build_embedded_broker() {
    ! is_newest "$BIN/embedded-broker" "$ROOT/Package.swift" "$ROOT/stack/EmbeddedBroker" || return 0
    say 'building the embedded broker'
    quietly "$ROOT/.run/log/swift-build-broker.log" \
        swift build --package-path "$ROOT" -c release --product embedded-broker || fail 'the build failed'
}

is_newest() { [ -e "$1" ] && [ -z "$(find "${@:2}" -newer "$1" -print -quit)" ]; }
