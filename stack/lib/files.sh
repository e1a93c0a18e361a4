# Which files of the repository there are. Not asked of git: a released archive is checked as well.
# shellcheck shell=bash

# repository_files EXPRESSION…: the files that find's expression accepts, each ended by a NUL. Never what builds made.
repository_files() {
    find . -name '.?*' -type d ! -name .ci ! -name .devcontainer ! -name .github -prune -o \
        -type d -name __pycache__ -prune -o -type f \( "$@" \) -print0 | sort -z
}

# bash_scripts: the executables that bash runs; the parts in stack/lib are checked through those that source them.
bash_scripts() { repository_files -perm -u+x -exec sh -c 'head -n 1 "$1" | grep -qE "^#!.*[ /](ba)?sh$"' _ {} \;; }
