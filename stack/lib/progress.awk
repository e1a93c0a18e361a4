# How far a log's command is: the steps of swift build, the packages of apt, the stages of mmdebstrap.

/^\[[0-9]+\/[0-9]+\]/ { step = $1 }
/^I: / { stage = substr($0, 4) }
/ newly installed/ { packages = $1 + $3 }
/^Get:/ { fetched++ }
/^(Unpacking|Setting up) / { installed++ }

END {
    if (step != "") {
        gsub(/[][]/, "", step)
        sub(/\//, " of ", step)
        print step " steps"
    } else if (installed > 0 && packages > 0)
        printf "%d %% of %d packages installed\n", 50 * installed / packages, packages
    else if (packages > 0) printf "%d of %d packages fetched\n", fetched, packages
    else if (stage != "") print stage
    else print "still at work"
}
