# The stack without Docker. `make up` runs the service, `make test` checks it; either works first on a bare Debian 12 or 13.
#
#   BROKER=embedded   a stand-in for Kafka where it cannot be fetched
#   S3=rclone         a stand-in for VersityGW where it cannot be built
#   PORTS=free        free ports instead of those in stack/versions.env
#   MAX_EXAMPLES, SEED   of `make fuzz-api`: how long, and which requests once more
#   SECONDS              of `make fuzz-images`: how long
#   EVENTS, PARTS, SEED  of `make bench-replay`: how long the log is, what is measured, and which log
#   PARTS, PHOTOS, ROUNDS, MAXIMUM  of `make bench-images`: what is measured, and with what; see bench/images/run

export BROKER S3 PORTS MAX_EXAMPLES SEED EVENTS PARTS PHOTOS ROUNDS MAXIMUM

.PHONY: up infrastructure down reset test fuzz-api fuzz-images bench-images bench-replay demo

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

bench-replay:
	@bench/replay/run

demo:
	@demo/run
