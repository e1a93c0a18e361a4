# Reads lcov summaries, prints the share of lines covered for each module below `sources`, and fails if that of a module
# is below its minimum or unknown. `minimums` are words such as Events=95, in per cent; `all` is all modules together.

/^SF:/ {
    name = ""
    if (index($0, "SF:" sources) == 1) {
        name = substr($0, length("SF:" sources) + 1)
        sub(/^(Adapters|Imaging|Model|Process|System)\//, "", name)
        sub(/\/.*/, "", name)
    }
}
/^LF:/ && name != "" { found[name] += substr($0, 4); all += substr($0, 4) }
/^LH:/ && name != "" { hit[name] += substr($0, 4); covered += substr($0, 4) }

END {
    sorter = "sort"
    for (name in found)
        printf "  %-20s %6.1f %%  %6d of %d\n", name, share(hit[name], found[name]), hit[name], found[name] | sorter
    close(sorter)
    found["all"] = all
    hit["all"] = covered
    printf "  %-20s %6.1f %%  %6d of %d\n", "all", share(covered, all), covered, all
    count = split(minimums, wanted, " ")
    for (i = 1; i <= count; i++) {
        split(wanted[i], pair, "=")
        if (share(hit[pair[1]], found[pair[1]]) >= pair[2]) continue
        printf "  %s is below %d %%\n", pair[1], pair[2]
        status = 1
    }
    exit status
}

function share(part, whole) { return whole > 0 ? 100 * part / whole : 0 }
