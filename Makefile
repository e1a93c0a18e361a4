# The stack without Docker. `make help` lists the targets; the script of each target explains its variables.

export BROKER S3 PORTS MACHINE MAX_EXAMPLES SEED EVENTS PARTS PHOTOS ROUNDS MAXIMUM CHAOS_SECONDS CHAOS_FAULTS \
	CHAOS_LIMITS CHAOS_PAUSE CHAOS_ANSWER

.PHONY: help up demo down reset infrastructure check test coverage doctor shell clean-machine fuzz-api fuzz-images chaos
.PHONY: bench-images bench-replay

help: ## prints this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 } \
		/^# Variables|^#   / { print substr($$0, 2) }' $(MAKEFILE_LIST)

up: ## starts the whole service on loopback, with its data in .run; installs and builds what is missing
	@stack/up

demo: ## creates products with real photos and shows the compressed images
	@demo/run

down: ## stops what `make up` started, and nothing else
	@stack/down

reset: ## stops the stack and deletes its data
	@stack/reset

infrastructure: ## starts only the servers: Kafka, Postgres, Redis, S3
	@stack/infrastructure

check: ## runs everything that needs no server: format, lint, links, the tests of the modules
	@stack/check

test: ## runs every check against servers of its own on free ports: PARTS=
	@stack/test

coverage: ## runs all tests in a build with coverage, and prints the share of lines that they run
	@stack/coverage

doctor: ## checks this machine and the running stack, and prints one verdict per line
	@stack/doctor

shell: ## opens a shell that has the compiler and the libraries
	@stack/machine env PS1='warelog:\w\$$ ' bash --norc

clean-machine: ## removes the stack's own Debian 13 from the cache directory
	@stack/machine --remove

fuzz-api: ## sends requests generated from the OpenAPI document: MAX_EXAMPLES=1000 SEED=
	@stack/fuzz-api

fuzz-images: ## attacks the image decoders: SECONDS=600
	@FUZZ_SECONDS=$(SECONDS) stack/fuzz-images

chaos: ## injects faults while clients work, and checks that nothing was lost: CHAOS_SECONDS=600 SEED=
	@stack/chaos

bench-images: ## measures image processing: PARTS= PHOTOS= ROUNDS= MAXIMUM=
	@bench/images/run

bench-replay: ## measures how fast the log is folded: EVENTS= PARTS= SEED=
	@bench/replay/run

# Variables of up, infrastructure and demo:
#   PORTS=free        uses free ports instead of those in stack/versions.env; GATEWAY_PORT=9080 changes one port
#   BROKER=embedded   uses a stand-in for Kafka, for machines that cannot fetch it
#   S3=rclone         uses a stand-in for VersityGW, for machines that cannot build it
#   MACHINE=root      uses a Debian 13 of the stack's own, even on a Debian 13; MACHINE=direct never uses one
