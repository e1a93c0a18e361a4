# The stack without Docker. `make help` lists what there is; the variables of a target are explained in its script.

export BROKER S3 PORTS MACHINE MAX_EXAMPLES SEED EVENTS PARTS PHOTOS ROUNDS MAXIMUM CHAOS_SECONDS CHAOS_FAULTS \
	CHAOS_LIMITS CHAOS_PAUSE CHAOS_ANSWER

.PHONY: help up demo down reset infrastructure check test coverage doctor shell clean-machine fuzz-api fuzz-images chaos
.PHONY: bench-images bench-replay

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 } /^#   / { print substr($$0, 2) }' \
		$(MAKEFILE_LIST)

up: ## the whole service on loopback, its data in .run; installs and builds what is missing
	@stack/up

demo: ## real photos go in, and what comes out is shown
	@demo/run

down: ## stops what was started, and nothing else
	@stack/down

reset: ## stops it, and wipes the data
	@stack/reset

infrastructure: ## the servers alone: Kafka, Postgres, Redis, S3
	@stack/infrastructure

check: ## everything that needs no server: format, lint, links, the tests of the modules
	@stack/check

test: ## every check, against servers of its own on free ports: PARTS=
	@stack/test

coverage: ## all tests in a build with coverage, and which lines they run
	@stack/coverage

doctor: ## looks at this machine and at what is running: a verdict a line
	@stack/doctor

shell: ## a shell where the compiler and the libraries are
	@stack/machine env PS1='warelog:\w\$$ ' bash --norc

clean-machine: ## takes away the Debian 13 that the stack has in the cache directory
	@stack/machine --remove

fuzz-api: ## drives the API from its OpenAPI document: MAX_EXAMPLES=1000 SEED=
	@stack/fuzz-api

fuzz-images: ## attacks the picture decoders: SECONDS=600
	@FUZZ_SECONDS=$(SECONDS) stack/fuzz-images

chaos: ## injects faults while clients work, and checks that nothing was lost: CHAOS_SECONDS=600 SEED=
	@stack/chaos

bench-images: ## measures the work on pictures: PARTS= PHOTOS= ROUNDS= MAXIMUM=
	@bench/images/run

bench-replay: ## measures how fast the log is folded: EVENTS= PARTS= SEED=
	@bench/replay/run

# Of up, infrastructure and demo:
#   PORTS=free        free ports instead of those in stack/versions.env; GATEWAY_PORT=9080 changes one
#   BROKER=embedded   a stand-in for Kafka where it cannot be fetched
#   S3=rclone         a stand-in for VersityGW where it cannot be built
#   MACHINE=root      in a Debian 13 of its own even if this machine's packages would do; MACHINE=direct never
