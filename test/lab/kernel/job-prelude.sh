# What the lab needs of a kernel, User Mode Linux or the machine's own; runs before the command.
# Modules that are missing show when a scenario needs them: some kernels have them built in.
for module in ip_vs veth bridge dummy macvlan ipip sch_netem iptable_nat xt_nat xt_ipvs nf_conntrack 8021q af_packet; do
  modules="$modules $module"
done
modprobe -qa $modules 2> /dev/null
ip link set lo up
mkdir -p /run/netns
# Answers to probes of closed ports are a measurement here, not an attack.
sysctl -qw net.ipv4.icmp_ratelimit=0 2> /dev/null
export TMPDIR=/run
export TANDEM_IN_LAB=1
# Clients, real servers, probes and the scenarios themselves would run on other machines than the
# directors whose milliseconds are measured; here they share one processor, and give way.
renice -n 10 -p $$ > /dev/null
