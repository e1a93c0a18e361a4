# Brings everything that a machine lacks, side by side where it can.

# install_missing GROUP…: installs the packages of these groups and of the modes' servers. What is built or fetched from
# elsewhere goes on in the background until finish_installing. Clones share what is installed, so only one of them
# installs at a time.
install_missing() {
    local groups=(tools servers "$@")
    mkdir -p "$TOOLS"
    exec 8>"$TOOLS/lock"
    flock -n 8 || { say 'waiting for another command that installs' && flock 8; }
    # Building VersityGW takes longest, and needs nothing but Go.
    if wants_versitygw; then
        [ -x "$versitygw" ] || has_go || { install_packages go && prefer_debians_own; }
        install_versitygw 8>&- 9>&- &
        installing_versitygw=$!
    fi
    if [[ " $* " == *' build '* ]]; then
        has_swift || { groups+=(swift) && prefer_debians_own; }
    fi
    if wants_kafka; then
        has_java || { groups+=(java) && prefer_debians_own; }
        [ -d "$kafka_jars" ] || command -v mvn >/dev/null || groups+=(maven)
    fi
    install_packages "${groups[@]}"
    if wants_kafka; then
        install_kafka 8>&- 9>&- &
        installing_kafka=$!
    fi
}

# PATH may lead to one that is too old.
prefer_debians_own() { PATH=/usr/bin:$PATH; }

wants_kafka() { [ "$broker_mode" != embedded ]; }
wants_versitygw() { [ "$s3_mode" != rclone ]; }

# What was not asked for by name may fail: then the stand-in is taken, and said so.
finish_installing() {
    settle_broker
    settle_s3
    remember_modes
    exec 8>&-
}

settle_broker() {
    if wants_kafka && wait "$installing_kafka"; then
        broker_mode=kafka
        return
    fi
    [ "$broker_mode" != kafka ] || fail 'Kafka cannot be fetched here; BROKER=embedded is the stand-in'
    broker_mode=embedded
}

settle_s3() {
    if wants_versitygw && wait "$installing_versitygw"; then
        s3_mode=versitygw
        return
    fi
    [ "$s3_mode" != versitygw ] || fail 'VersityGW cannot be built here; S3=rclone is the stand-in'
    s3_mode=rclone
    has_python || install_packages python
    install_rclone || fail 'rclone cannot be installed'
}
