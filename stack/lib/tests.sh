# Runs the tests by parts, counts them, says how long they took.

passed=0 failed=0 skipped=0
failed_checks=()
tests_are_complete=yes
results_are_there=yes
coverage_is_enough=yes
swift_log=$RUN/log/swift-test.log
swift_test_limit=30m
all_parts=scripts,modules,replay,service,contract,chaos,coverage
# As they were built.
swift_testing=(--package-path "$ROOT" -c release)
[ -z "${COVERAGE:-}" ] ||
    swift_testing=(--package-path "$ROOT" --scratch-path "$ROOT/.build/coverage" --enable-code-coverage)

# What the tests know of servers, and the lines of SwiftPM that are only in the log.
swift_testing_in=(with_environment) hidden_lines='^◇'

choose_parts() {
    local part
    parts=,${PARTS:-$all_parts},
    for part in ${parts//,/ }; do
        [[ ,$all_parts, == *",$part,"* ]] || fail "PARTS: '$part' is none of: $all_parts"
    done
}

build_for_tests() {
    if [ -z "${COVERAGE:-}" ]; then
        build_tests
    else
        say 'swift build --build-tests, with coverage'
        quietly "$ROOT/.run/log/swift-build-coverage.log" swift build --build-tests "${swift_testing[@]}" ||
            fail 'the build failed'
    fi
}

# The service is tested by one test after another, so that each has the machine for itself: those that fold the log
# again and again come before those that make it long.
run_parts() {
    local folding='EndToEndTests.*/(Column|Rebuild|RebuildCancel|Verify|Quarantine|Repair|Status|LostDatabase)Tests/'
    run_part scripts run_scripts
    run_part modules run_swift_tests modules --skip EndToEndTests
    [[ $parts != *,coverage,* || -n ${COVERAGE:-} ]] || start_coverage_of_events
    run_part replay run_swift_tests replay --filter "$folding"
    run_part service run_swift_tests service --filter EndToEndTests --skip "$folding"
    run_part contract run_api_checks
    run_part chaos run_chaos_minute
    run_part coverage measure_coverage
}

run_scripts() {
    start_scripts
    finish_checks
}

# run_part NAME COMMAND…
run_part() {
    local name=$1 start=$SECONDS
    shift
    [[ $parts == *",$name,"* ]] || return 0
    "$@"
    say "$name: $((SECONDS - start)) s"
}

# run_swift_tests PART FILTER…
run_swift_tests() {
    local name=$1 results=$RUN/results/$1.xml
    shift
    say "swift test, $name (with each start and argument: ${swift_log#"$PWD"/})"
    mkdir -p "$RUN/log" "$RUN/results" "$RUN/profiles/$name"
    # Only for processes that are not told otherwise by SwiftPM; without it they leave their profiles where they run.
    export LLVM_PROFILE_FILE=$RUN/profiles/$name/%m.profraw
    # Line by line, so that the log of a run that is killed names the test that hung. SwiftPM can wait for ever for a
    # test process that crashed.
    "${swift_testing_in[@]}" timeout --foreground --kill-after=10 "$swift_test_limit" stdbuf -oL \
        swift test --skip-build "${swift_testing[@]}" "$@" --xunit-output "$results" 2>&1 |
        tee -a "$swift_log" | sed "/$hidden_lines/d" || tests_are_complete=no
    # SwiftPM writes the next ones in their place.
    [ -z "${COVERAGE:-}" ] || find "$BIN/codecov" -name '*.profraw' -exec mv -t "$RUN/profiles/$name" {} +
    # Swift 6.0 writes Swift Testing's results beside the file that was asked for, and only if the run came to its end.
    rm -f "$results"
    [ ! -e "${results%.xml}-swift-testing.xml" ] || mv "${results%.xml}-swift-testing.xml" "$results"
    count_results "$results"
}

# The API from outside, each check one test: on the log that the tests before have left. Schemathesis makes up addresses
# of images, and nobody is to call there: by then the compressor is gone.
run_api_checks() {
    prepare_log_and_read_model
    start_services
    seed
    count_check 'docs/api.md: every example' run_examples
    count_check 'examples/requests.http: every call' run_requests
    count_check 'deploy: the proxies pass everything' run_proxies
    stop compressor
    if install_schemathesis; then
        count_check 'the API is what schema/openapi.json says' run_contract_test
    else
        say 'skipped: the API is what schema/openapi.json says: Schemathesis cannot be installed from PyPI here'
        skipped=$((skipped + 1))
    fi
    stop "${SERVICES[@]}"
}

# Faults against two of each process, on servers of their own. How long they take is printed and not judged: other tests
# may be running.
run_chaos_minute() {
    local name='chaos: a minute of faults, and nothing is lost'
    if [[ $broker_mode != kafka || $s3_mode != versitygw || -n ${COVERAGE:-} ]]; then
        say "skipped: $name: it needs Kafka, VersityGW and the usual build"
        skipped=$((skipped + 1))
        return
    fi
    count_check "$name" env CHAOS_SECONDS=60 CHAOS_LIMITS=no stack/chaos
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
    grep '^✘ ' "$swift_log" | grep -v ' skipped: ' | head -n 40 || true
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

# Of the rules in any case; of everything when it was built for that.
measure_coverage() {
    if [ -z "${COVERAGE:-}" ]; then
        count_check 'Events: its tests cover 95 % of its lines' finish_coverage_of_events
    else
        say 'lines covered, by module'
        print_coverage_of_all "$RUN/profiles" 'Events=95 all=90' || coverage_is_enough=no
    fi
}

# Of those that run one after another. The tests of modules run side by side: the time of each is for the most part that
# of waiting for others.
print_slowest() {
    local results
    mapfile -t results < <(find "$RUN" -path '*/results/replay.xml' -o -path '*/results/service.xml')
    [ "${#results[@]}" -gt 0 ] || return 0
    say 'the ten slowest tests'
    # <testcase classname="Suite" name="test()" time="1.5" />: one that was skipped has a body.
    sed -n 's/.*<testcase classname="\([^"]*\)" name="\([^"]*\)" time="\([^"]*\)" *\/>.*/\3 \1 \2/p' "${results[@]}" |
        sort -rn | head -n 10 |
        while read -r seconds suite test; do printf '  %6.1f s  %s %s\n' "$seconds" "${suite##*.}" "$test"; done
}

print_totals() { echo "$passed passed, $failed failed, $skipped skipped" | tee "$RUN/totals"; }

require_success() {
    [ "$((passed + failed))" -gt 0 ] || fail 'no test ran'
    [ "$failed" -eq 0 ] || fail "$failed failed"
    [ "$tests_are_complete" = yes ] || fail 'the Swift test run did not succeed'
    [ "$coverage_is_enough" = yes ] || fail 'coverage is below its minimum'
}
