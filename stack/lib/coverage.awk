# Reads lcov summaries, prints the share of lines covered for each module below `sources`, and fails if that of
# `module` is below `minimum` per cent or unknown.

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
    printf "  %-20s %6.1f %%  %6d of %d\n", "all", share(covered, all), covered, all
    if (share(hit[module], found[module]) >= minimum) exit 0
    printf "  %s is below %d %%\n", module, minimum
    exit 1
}

function share(part, whole) { return whole > 0 ? 100 * part / whole : 0 }
