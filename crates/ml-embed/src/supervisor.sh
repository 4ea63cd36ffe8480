# ml-embed SIGNAL SCRATCH SERVER ARGUMENT...
# Input: a pipe which ends when the owner does. Output: the lock of the data. Errors: the log.
signal=$1 scratch=$2
shift 2

# Whoever stops the owner stops the server too, by way of the pipe and in good order.
trap '' HUP INT TERM

# A command in the background would get /dev/null for its input.
exec 3<&0
"$@" </dev/null >&2 3<&- &
server=$!

(
    while read -r _; do :; done
    : >"$scratch/over"
    kill -s "$signal" "$server"
    seconds=0
    while [ "$seconds" -lt 10 ]; do
        sleep 1
        seconds=$((seconds + 1))
    done
    kill -s QUIT "$server"
) <&3 >/dev/null 2>&1 3<&- &
watcher=$!
exec 3<&- </dev/null

wait "$server"
status=$?
kill -s KILL "$watcher"
# An owner who still lives may start the server again, and removes the directory in the end.
if [ -e "$scratch/over" ]; then
    rm -rf -- "$scratch"
fi
exit "$status"
