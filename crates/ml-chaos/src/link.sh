# ml-chaos NEAR PROCESS
# Runs in a network of its own. Joins it to that of a process: near - wire, middle, port - far. The middle passes on what
# comes, or is down, which neither end is told.
set -e

ip link add wire type veth peer name "$1" netns "$2"
ip link add far type veth peer name port
# Without a delay it passes on at once, and learns on the way.
ip link add middle type bridge forward_delay 0
ip link set wire master middle
ip link set port master middle
for each in lo wire port far middle; do
    ip link set "$each" up
done

# The network is there as long as this is, or until somebody else has a hold of it.
echo built
cat
