# What `make doctor` says.
# shellcheck shell=bash

worst=0

# judge TEST GOOD OTHERWISE [hm]: the test is a line of shell. What is not good is bad, or as the last word says.
judge() {
    if (eval "$1") >/dev/null 2>&1; then
        printf 'good  %s\n' "$2"
    else
        printf '%-5s %s\n' "${4:-bad}" "$3"
        [ "${4:-bad}" != bad ] || worst=1
    fi
}
