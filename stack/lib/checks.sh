# Checks that need no server, side by side: each is a command whose output is kept, and shown if it fails.

checks=()

milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

# start_check NAME COMMAND…
start_check() {
    local name=$1
    shift
    mkdir -p "$RUN/log" "$RUN/checks"
    checks+=("$name")
    (
        status=0 start=$(milliseconds)
        "$@" >"$RUN/log/check-$name.log" 2>&1 </dev/null 8>&- 9>&- || status=$?
        echo "$status $(($(milliseconds) - start))" >"$RUN/checks/$name"
    ) &
    check_processes+=("$!")
}

# The scripts in stack/checks: status 77 means that a check cannot run here.
start_scripts() {
    local script
    for script in stack/checks/*; do
        [ ! -x "$script" ] || start_check "${script##*/}" "$script"
    done
}

# Waits for all and counts them. Prints a line for each that says how it ended and how long it took, in the order in
# which they were started.
finish_checks() {
    local name status time
    wait "${check_processes[@]}"
    for name in "${checks[@]}"; do
        read -r status time <"$RUN/checks/$name" || status=1 time=0
        case $status in
            0) passed=$((passed + 1)) && print_check passed ;;
            77) skipped=$((skipped + 1)) && print_check skipped && tail -n 1 "$RUN/log/check-$name.log" ;;
            *)
                failed=$((failed + 1)) failed_checks+=("$name")
                print_check failed
                tail -n 40 "$RUN/log/check-$name.log"
                ;;
        esac
    done
}

print_check() { printf '  %-8s %-16s %6.1f s\n' "$1" "$name" "${time}e-3"; }
