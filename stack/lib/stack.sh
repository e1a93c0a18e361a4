# What every script of the stack begins with: where things are, and the parts.
# shellcheck shell=bash
#
# A script is told which stack it works on by RUN_DIRECTORY (.run unless set), PORTS (fixed, or free for a stack beside
# another one: then the choice is kept with its data) and DURABILITY (on, or off for data that need not survive).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
RUN=${RUN_DIRECTORY:-$ROOT/.run}
PORTS=${PORTS:-fixed}
DURABILITY=${DURABILITY:-on}
BIN=${BIN:-$ROOT/.build/release}
TOOLS=$ROOT/.run/tools
# Go, Maven and SwiftPM keep what they fetch in the home.
[ -w "$HOME" ] || { HOME=$ROOT/.run/home && mkdir -p "$HOME"; }
# shellcheck disable=SC2034 # read by the scripts
SERVERS=(kafka postgres redis s3 s3-public)
# shellcheck disable=SC2034
SERVICES=(projector compressor gateway)
# shellcheck disable=SC2034
EXECUTABLES=("${SERVICES[@]}" warelog warelog-image-worker)

. "$ROOT/stack/versions.env"
# shellcheck source=/dev/null
[ ! -e "$RUN/ports" ] || . "$RUN/ports"
. "$ROOT/stack/lib/messages.sh"
. "$ROOT/stack/lib/debian.sh"
. "$ROOT/stack/lib/swift.sh"
. "$ROOT/stack/lib/processes.sh"
. "$ROOT/stack/lib/ports.sh"
. "$ROOT/stack/lib/modes.sh"
. "$ROOT/stack/lib/environment.sh"
. "$ROOT/stack/lib/kafka.sh"
. "$ROOT/stack/lib/embedded-broker.sh"
. "$ROOT/stack/lib/postgres.sh"
. "$ROOT/stack/lib/redis.sh"
. "$ROOT/stack/lib/s3.sh"
. "$ROOT/stack/lib/install.sh"
. "$ROOT/stack/lib/infrastructure.sh"
. "$ROOT/stack/lib/services.sh"

# is_at_least MINIMUM VERSION
is_at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# What was built or fetched stays, and so do the directories that tests have to themselves.
wipe_run_directory() {
    local name kept=()
    for name in tools lock built home missing-packages test chaos soak fuzz fuzz-images bench-images bench-replay; do
        kept+=(! -name "$name")
    done
    find "$RUN" -mindepth 1 -maxdepth 1 "${kept[@]}" -exec rm -rf {} +
}

# One script at a time works on a run directory; the lock ends with the script.
lock_run_directory() {
    mkdir -p "$RUN"
    exec 9>"$RUN/lock"
    flock -n 9 && return
    say "waiting for another command that works on $RUN"
    flock 9
}
