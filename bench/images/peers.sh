# Installs the encoders that Warelog is compared with, below .run/bench-images. One that cannot be installed is skipped,
# and the reason is printed.
# shellcheck shell=bash

. "$ROOT/bench/images/versions.env"
bench=$ROOT/.run/bench-images
venv=$bench/venv
node=$bench/node
debian=$bench/debian

# up_to_date DIRECTORY: whether it was finished with the versions of now.
up_to_date() { [ -e "$1/ready" ] && [ "$1/ready" -nt "$ROOT/bench/images/versions.env" ]; }

# Without it nothing can be measured: the bench itself is written in Python.
install_python_peers() {
    ! up_to_date "$venv" || return 0
    has_python || install_packages python
    say 'bench: Python wheels'
    rm -rf "$venv"
    quietly "$bench/log/venv.log" python3 -m venv "$venv" || return 1
    quietly "$bench/log/pip.log" "$venv/bin/pip" install --only-binary :all: "pillow==$PILLOW_VERSION" \
        "numpy==$NUMPY_VERSION" "scipy==$SCIPY_VERSION" "ssimulacra2==$SSIMULACRA2_VERSION" cffi \
        "pyvips-binary==$PYVIPS_BINARY_VERSION" || return 1
    # There is no wheel of it; where it sees libvips' headers it would be built for that libvips.
    quietly "$bench/log/pip-pyvips.log" env PKG_CONFIG_LIBDIR=/nonexistent \
        "$venv/bin/pip" install --no-deps "pyvips==$PYVIPS_VERSION" || return 1
    touch "$venv/ready"
}

install_node_peers() {
    ! up_to_date "$node" || return 0
    command -v npm >/dev/null || install_packages node
    say 'bench: sharp, kafkajs and the S3 client from npm'
    rm -rf "$node"
    mkdir -p "$node"
    quietly "$bench/log/npm.log" npm install --prefix "$node" --no-audit --no-fund --save-exact \
        "sharp@$SHARP_VERSION" "kafkajs@$KAFKAJS_VERSION" "lz4js@$LZ4JS_VERSION" \
        "@aws-sdk/client-s3@$AWS_SDK_S3_VERSION" || return 1
    touch "$node/ready"
}

# Debian's libvips, and the Python that Debian has: pyvips is Python alone, and finds that libvips there.
install_debians_libvips() {
    ! up_to_date "$debian" || return 0
    install_packages bench || return 1
    rm -rf "$debian"
    mkdir -p "$debian"
    cp -r "$venv"/lib/python3*/site-packages/pyvips "$debian/" && touch "$debian/ready"
}

install_peers() {
    mkdir -p "$bench/log"
    install_python_peers || fail 'bench: PyPI cannot be reached, and the bench needs Pillow and NumPy'
    install_node_peers || say 'bench: SKIPPED: sharp and the Node worker, because npm cannot be reached'
    install_debians_libvips || say "bench: SKIPPED: Debian's libvips, because its packages cannot be installed"
}
