# Which broker and which S3 server a run directory has: what was asked for (BROKER=kafka|embedded, S3=versitygw|rclone),
# or what it was made with, or the real one with the stand-in to fall back on. The data of one cannot be read as that of
# the other, so a run directory keeps its kind until it is wiped.

broker_mode='' s3_mode=''

choose_modes() {
    local broker='' s3=''
    [ ! -e "$RUN/modes" ] || . "$RUN/modes"
    refuse_other BROKER "${BROKER:-}" "$broker" kafka embedded
    refuse_other S3 "${S3:-}" "$s3" versitygw rclone
    broker_mode=${BROKER:-$broker}
    s3_mode=${S3:-$s3}
}

refuse_other() {
    local name=$1 asked=$2 present=$3
    shift 3
    [[ -z $asked || " $* " == *" $asked "* ]] || fail "$name=$asked: must be one of: $*"
    [[ -z $asked || -z $present || $asked == "$present" ]] ||
        fail "the data in $RUN was made with $name=$present; run 'make reset' first, then start with $name=$asked"
}

remember_modes() {
    printf 'broker=%s\ns3=%s\n' "$broker_mode" "$s3_mode" >"$RUN/modes"
}
