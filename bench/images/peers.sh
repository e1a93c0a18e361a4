# What our pictures are measured against; everything is installed below .run/bench-images, and what cannot be had is
# left out, with its reason.
# shellcheck shell=bash

. "$ROOT/bench/images/versions.env"
bench=$ROOT/.run/bench-images
venv=$bench/venv
node=$bench/node
chroot=$bench/chroot

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

# Debian 13's libvips, on Debian 12 as well: there its package would take Java's libraries away.
install_chroot() {
    ! up_to_date "$chroot" || return 0
    command -v debootstrap >/dev/null || install_packages bench
    say "bench: libvips of Debian's $DEBIAN_SUITE, in a directory of its own"
    as_root rm -rf "$chroot"
    quietly "$bench/log/debootstrap.log" as_root debootstrap --variant=minbase \
        --include=python3-minimal,libvips42t64 "$DEBIAN_SUITE" "$chroot" "$(debian_mirror)" || return 1
    # Debootstrap itself configures packages in no order, and this one's installation runs Python.
    quietly "$bench/log/chroot-apt.log" as_root chroot "$chroot" apt-get -qy install --no-install-recommends \
        python3-cffi || return 1
    as_root mkdir -p "$chroot/opt/bench"
    # pyvips is Python alone; there it finds that libvips.
    as_root cp -r "$venv"/lib/python3*/site-packages/pyvips "$chroot/opt/bench/" || return 1
    as_root touch "$chroot/ready"
}

install_peers() {
    mkdir -p "$bench/log"
    install_python_peers || fail 'bench: PyPI cannot be reached, and the bench needs Pillow and NumPy'
    install_node_peers || say 'bench: SKIPPED: sharp and the worker that is compared with: npm cannot be reached'
    install_chroot || say "bench: SKIPPED: Debian's libvips: no mirror, or no root"
    [ ! -d "$chroot/opt/bench" ] ||
        as_root cp "$ROOT"/bench/images/workers/{serve,vips}.py "$chroot/opt/bench/"
}
