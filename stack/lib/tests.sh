# Runs the tests, counts them, measures coverage.

passed=0 failed=0 skipped=0
failed_checks=()
tests_are_complete=yes
results_are_there=yes
coverage_is_enough=yes
# A directory of its own: with other flags than a developer's builds have, each would undo the work of the other.
swift_testing=(--package-path "$ROOT" --scratch-path "$ROOT/.build/coverage" --enable-code-coverage)

build_tests() {
    say 'swift build --build-tests (warnings are errors)'
    quietly "$ROOT/.run/log/swift-build-tests.log" \
        swift build --build-tests "${swift_testing[@]}" -Xswiftc -warnings-as-errors || fail 'the build failed'
}

# Checks that need no Swift: each script is one test.
run_script_checks() {
    local check
    for check in stack/checks/compose; do
        count_check "$check" "$check"
    done
}

# Those that need the whole service come last and alone, one after another: each of them has the machine for itself, and
# holds nobody up. Those that fold the log again and again come before those that make it long.
run_swift_tests() {
    local folding='EndToEndTests.*/(Rebuild|RebuildCancel|Verify|Quarantine|Status|LostDatabase)Tests/'
    swift_log=$RUN/log/swift-test.log
    : >"$swift_log"
    run_swift_test_part modules --skip EndToEndTests
    run_swift_test_part replay --filter "$folding"
    run_swift_test_part service --filter EndToEndTests --skip "$folding"
}

# run_swift_test_part NAME FILTER…
run_swift_test_part() {
    local name=$1 results=$RUN/tests.xml
    shift
    say "swift test, $name (with each start and argument: ${swift_log#"$PWD"/})"
    rm -f "$RUN"/tests*.xml
    # SwiftPM's lines about what has only begun are left out here; what failed, was skipped or passed is shown.
    # Line by line, so that the log of a run that is killed names the test that hung.
    with_environment stdbuf -oL swift test --skip-build "${swift_testing[@]}" "$@" --xunit-output "$results" 2>&1 |
        tee -a "$swift_log" | sed '/^◇/d' || tests_are_complete=no
    # SwiftPM writes the next ones in their place.
    mkdir -p "$RUN/profiles/$name"
    find "$BIN/codecov" -name '*.profraw' -exec mv -t "$RUN/profiles/$name" {} +
    # Swift 6.0 writes Swift Testing's results beside the file that was asked for, and only if the run came to its end.
    [ ! -e "$RUN/tests-swift-testing.xml" ] || results=$RUN/tests-swift-testing.xml
    count_results "$results"
}

# The API from outside, each check one test: on the log that the tests before have left. Schemathesis makes up addresses
# of images, and nobody is to call there: by then the compressor is gone.
run_api_checks() {
    prepare_log_and_read_model
    start_services
    seed
    count_check 'docs/api.md: every example' run_examples
    stop compressor
    if install_schemathesis; then
        count_check 'the API is what schema/openapi.json says' run_contract_test
    else
        say 'skipped: the API is what schema/openapi.json says: Schemathesis cannot be had from PyPI here'
        skipped=$((skipped + 1))
    fi
    stop "${SERVICES[@]}"
}

# The same requests each time.
run_contract_test() {
    local log=$RUN/log/contract.log
    if ! quietly "$log" run_schemathesis --no-color --seed 1 --max-examples 50; then
        sed -n '/= FAILURES =/,/= WARNINGS =/p' "$log" | head -n 80
        return 1
    fi
    grep -E '^ +[0-9]+ generated' "$log"
}

# count_check NAME COMMAND…
count_check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        say "passed: $name"
    else
        failed=$((failed + 1)) failed_checks+=("$name")
        say "failed: $name"
    fi
}

# What went wrong, once more and at the end, where it is seen.
print_failures() {
    [ "${#failed_checks[@]}" -eq 0 ] || printf '✘ %s\n' "${failed_checks[@]}"
    [ -e "${swift_log:-}" ] || return 0
    grep '^✘ ' "$swift_log" | head -n 40 || true
    [ "$tests_are_complete" = no ] || return 0
    grep -iE 'error: |fatal|signal|crash|thread [0-9]+' "$swift_log" | grep -vE '^(◇|✔|✘) ' | head -n 40 || true
    [ "$results_are_there" = no ] || return 0
    say 'the tests that had begun when the run ended'
    awk '
        $2 == "Test" && index($3, "(") { if ($1 == "◇") begun[$3] = 1; else delete begun[$3] }
        END { for (test in begun) print "  " test }' "$swift_log" | head -n 40
    say 'the last lines of the run'
    tail -n 15 "$swift_log"
}

# A test case is one line without a body, or a body that holds <failure> or <skipped>.
count_results() {
    local counts
    if [ ! -s "$1" ]; then
        say 'the test run ended without a result'
        tests_are_complete=no results_are_there=no
        return
    fi
    counts=$(awk '
        /<testcase /        { total++; state = "" }
        /<failure/          { if (state == "") { failed++; state = "failed" } }
        /<skipped/          { if (state == "") { skipped++; state = "skipped" } }
        END                 { printf "%d %d %d", total - failed - skipped, failed, skipped }' "$1")
    read -r swift_passed swift_failed swift_skipped <<<"$counts"
    passed=$((passed + swift_passed)) failed=$((failed + swift_failed)) skipped=$((skipped + swift_skipped))
}

# Lines by module over the unit tests and every process that the tests started.
measure_coverage() {
    local profile=$RUN/coverage.profdata tools binary profiles objects=()
    tools=$(dirname "$(readlink -f "$(command -v swift)")")
    mapfile -t profiles < <(find "$RUN/profiles" -name '*.profraw')
    for binary in "$BIN"/*.xctest "${EXECUTABLES[@]/#/$BIN/}"; do
        [ ! -f "$binary" ] || objects+=(-object "$binary")
    done
    # Merged here and not by SwiftPM, which leaves it when a test fails. A process killed while writing leaves a broken
    # profile: only if all are broken is that an error.
    if ! quietly "$RUN/log/coverage.log" "$tools/llvm-profdata" merge -sparse -failure-mode=all -o "$profile" "${profiles[@]}"; then
        coverage_is_enough=no
        return
    fi
    "$tools/llvm-cov" export -format=lcov -summary-only -instr-profile "$profile" "${objects[@]}" >"$RUN/coverage.lcov"
    say 'lines covered, by module'
    awk -v sources="$ROOT/Sources/" -v module=Events -v minimum=95 -f "$ROOT/stack/lib/coverage.awk" "$RUN/coverage.lcov" ||
        coverage_is_enough=no
}

print_totals() { echo "$passed passed, $failed failed, $skipped skipped" | tee "$RUN/totals"; }

require_success() {
    [ "$((passed + failed))" -gt 0 ] || fail 'no test ran'
    [ "$failed" -eq 0 ] || fail "$failed failed"
    [ "$tests_are_complete" = yes ] || fail 'the Swift test run did not succeed'
    [ "$coverage_is_enough" = yes ] || fail 'coverage is below what is asked for'
}
