# Sourced first by every script that needs the stack's packages: the script begins again where they are.
# shellcheck shell=bash

[ -n "${WARELOG_MACHINE:-}" ] || exec "$(dirname "${BASH_SOURCE[0]}")/../machine" "$(realpath "$0")" "$@"
