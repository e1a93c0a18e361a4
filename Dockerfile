# Warelog's executables on Debian 13. The first stage builds them; the second contains only what they need at run time.

FROM debian:trixie-slim AS build
WORKDIR /source
COPY stack/packages stack/packages
RUN apt-get update \
    && awk '$1 == "swift" || $1 == "build" { sub(/[|].*/, "", $2); print $2 }' stack/packages \
        | DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*
COPY Package.swift ./
COPY schema schema
COPY Plugins Plugins
COPY Sources Sources
COPY bench bench
COPY stack/EmbeddedBroker stack/EmbeddedBroker
COPY Tests Tests
RUN swift build -c release
RUN mkdir -p /out/bin \
    && for program in gateway projector compressor warelog warelog-image-worker; do \
        cp ".build/release/$program" /out/bin/ || exit 1; \
    done \
    # The next stage installs these packages: they own the shared libraries that the programs load.
    && ldd /out/bin/* | awk '$2 == "=>" { print $3 }' | sort -u | xargs readlink -f | xargs dpkg -S \
        | cut -d : -f 1 | sort -u > /out/packages

FROM debian:trixie-slim
COPY --from=build /out/packages /tmp/packages
# libheif is loaded at run time, so ldd does not list it.
RUN apt-get update \
    && xargs apt-get install -y --no-install-recommends ca-certificates curl \
        libheif1 libheif-plugin-dav1d libheif-plugin-libde265 < /tmp/packages \
    && rm -rf /var/lib/apt/lists/* /tmp/packages \
    && useradd --system --no-create-home warelog
COPY --from=build /out/bin /usr/local/bin
COPY schema /usr/share/warelog/schema
USER warelog
CMD ["gateway"]
