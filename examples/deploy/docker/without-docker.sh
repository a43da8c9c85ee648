#!/bin/sh
# Runs the steps of the image's last stage (../../../Dockerfile) in a folder, where no Docker engine is: debootstrap is the base, chroot runs, and what starts
# is what the image starts, as its user, until its own health check says that it is well. For root.
#
#   without-docker.sh BINARY FOLDER [streams.toml]
#
# BINARY is what the first stage builds: `cargo build --release --package framegate`, on the same Debian. FOLDER must not exist; it stays.
set -eu

binary=$1 root=$2 config=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
dockerfile=$here/../../../Dockerfile
say() { printf '%s\n' "without-docker: $*" >&2; }
[ ! -e "$root" ] || { say "$root exists"; exit 2; }

release=$(sed -n 's/^FROM debian:\([a-z]*\)-slim AS runtime$/\1/p' "$dockerfile")
say "FROM debian:$release"
# Without MIRROR its own.
debootstrap --variant=minbase "$release" "$root" ${MIRROR:+"$MIRROR"} >&2

# What the instructions set.
variables='' folder=/ user='' entry='' command='' health=''
# The words of ["a", "b"], by lines.
words() { printf '%s\n' "$1" | sed -e 's/^[^[]*\[//' -e 's/\].*$//' -e 's/", *"/\n/g' -e 's/"//g'; }

instructions=$(mktemp)
trap 'rm -f "$instructions"' EXIT
sed -e '1,/AS runtime$/d' -e '/^ *#/d' "$dockerfile" | sed -e ':a' -e '/\\$/{N;ba' -e '}' -e 's/\\\n//g' > "$instructions"
while read -r instruction rest; do
    [ -n "$instruction" ] || continue
    say "$instruction $rest"
    case $instruction in
        RUN) chroot "$root" sh -ec "$rest" >&2 ;;
        COPY)
            # shellcheck disable=SC2086 # three words
            set -- $rest
            [ "$1" = --from=build ] || { say "no such COPY here"; exit 1; }
            strip -o "$root$3" "$binary"
            chmod 755 "$root$3"
            ;;
        ENV) variables="$variables $rest" ;;
        WORKDIR) folder=$rest && mkdir -p "$root$folder" ;;
        USER) user=$rest ;;
        HEALTHCHECK) health=$(words "$rest") ;;
        ENTRYPOINT) entry=$(words "$rest") ;;
        CMD) command=$(words "$rest") ;;
        VOLUME | EXPOSE | STOPSIGNAL) ;;
        *) say "$instruction is not known here"; exit 1 ;;
    esac
done < "$instructions"

if [ -n "$config" ]; then
    cp "$config" "$root/etc/framegate/streams.toml"
else
    printf '[server]\nlisten = "0.0.0.0:8080"\naccess = "open"\n\n[streams.demo]\nsource = "test://"\nplugins = [{ use = "clock" }]\n' \
        > "$root/etc/framegate/streams.toml"
fi
chmod 644 "$root/etc/framegate/streams.toml"

# As the engine starts it, in place of this shell: an environment of its own, a network of its own, its user, no capability.
inside() {
    # shellcheck disable=SC2086 # words
    exec chroot --userspec="$user" "$root" env -i PATH=/usr/bin:/bin $variables sh -c "cd $folder && exec \"\$@\"" sh "$@"
}
try() {
    ip link set lo up
    # shellcheck disable=SC2086 # words
    inside $entry $command &
    program=$!
    for _ in $(seq 60); do
        # shellcheck disable=SC2086 # words
        if (inside $health); then
            say "healthy; ending it"
            kill -TERM $program
            wait $program
            return
        fi
        sleep 1
    done
    kill -KILL $program
    say "not healthy within a minute"
    return 1
}
say "starting $(echo $entry $command) as $user"
export variables folder user entry command health root
unshare --net -- sh -euc "$(sed -n -e '/^say()/p' -e '/^inside() {/,/^}/p' -e '/^try() {/,/^}/p' "$0")
try"
say "done: $root"
