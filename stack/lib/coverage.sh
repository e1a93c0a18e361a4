# Lines of code that were run, by module.

# print_coverage PROFILE MINIMUMS BINARY…: fails if a module is covered by less than its minimum ("Events=95 all=90").
print_coverage() {
    local profile=$1 minimums=$2 tools
    shift 2
    tools=$(dirname "$(readlink -f "$(command -v swift)")")
    "$tools/llvm-cov" export -format=lcov -summary-only -instr-profile "$profile" "${@/#/-object=}" |
        awk -v sources="$ROOT/Sources/" -v minimums="$minimums" -f "$ROOT/stack/lib/coverage.awk"
}

# print_coverage_of_all DIRECTORY MINIMUMS: over the tests and every process that they started, whose profiles are
# in the directory.
print_coverage_of_all() {
    local directory=$1 tools profiles binary binaries=()
    tools=$(dirname "$(readlink -f "$(command -v swift)")")
    mapfile -t profiles < <(find "$directory" -name '*.profraw')
    for binary in "$BIN"/*.xctest "${EXECUTABLES[@]/#/$BIN/}"; do
        [ ! -f "$binary" ] || binaries+=("$binary")
    done
    # Merged here and not by SwiftPM, which leaves it when a test fails. A process killed while writing leaves a broken
    # profile: only if all are broken is that an error.
    quietly "$RUN/log/coverage.log" \
        "$tools/llvm-profdata" merge -sparse -failure-mode=all -o "$directory.profdata" "${profiles[@]}" || return 1
    print_coverage "$directory.profdata" "$2" "${binaries[@]}"
}

# The rules of the fold are covered by their own tests: built alone, in the background, while others wait.
start_coverage_of_events() {
    mkdir -p "$RUN/log"
    # A process group of its own, to be stopped with all that it has started.
    setsid nice stack/coverage Events 95 >"$RUN/log/coverage-of-events.log" 2>&1 </dev/null 8>&- 9>&- &
    coverage_of_events=$!
}

finish_coverage_of_events() {
    local status=0
    wait "$coverage_of_events" || status=$?
    coverage_of_events=''
    [ "$status" -ne 0 ] || return 0
    tail -n 30 "$RUN/log/coverage-of-events.log"
    return 1
}

stop_coverage_of_events() { [ -z "${coverage_of_events:-}" ] || kill -- "-$coverage_of_events" 2>/dev/null || true; }
