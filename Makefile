# The stack without Docker. `make up` runs the service, `make test` checks it; either works first on a bare Debian 12 or 13.
#
#   BROKER=embedded   a stand-in for Kafka where it cannot be fetched
#   S3=rclone         a stand-in for VersityGW where it cannot be built
#   PORTS=free        free ports instead of those in stack/versions.env
#   MAX_EXAMPLES, SEED   of `make fuzz-api`: how long, and which requests once more
#   SECONDS         of `make fuzz-images`: how long
#   PARTS, PHOTOS   of `make bench-images`: which of its parts, and a directory of photos

export BROKER S3 PORTS MAX_EXAMPLES SEED PARTS PHOTOS ROUNDS MAXIMUM

.PHONY: up infrastructure down reset test fuzz-api fuzz-images bench-images demo

up:
	@stack/up

infrastructure:
	@stack/infrastructure

down:
	@stack/down

reset:
	@stack/reset

test:
	@stack/test

fuzz-api:
	@stack/fuzz-api

fuzz-images:
	@FUZZ_SECONDS=$(SECONDS) stack/fuzz-images

bench-images:
	@bench/images/run

demo:
	@demo/run
