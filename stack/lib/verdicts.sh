# What `make doctor` says.
# shellcheck shell=bash

worst=0

# judge TEST WHAT [ADVICE [hm]]: the test is a line of shell; what it found is bad, or as the last word says.
judge() {
    if (eval "$1") >/dev/null 2>&1; then
        echo "good  $2"
    else
        echo "${4:-bad}   $2${3:+: $3}" | sed 's/^hm   /hm    /'
        [ "${4:-bad}" != bad ] || worst=1
    fi
}
