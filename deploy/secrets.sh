#!/bin/sh
# Makes the passwords that docker-compose.yml needs, once: .env and secrets/ in the folder given (default: the project's).
# An .env that is there already stays; secrets/ is made from it where files are missing.
set -eu
folder=${1:-$(dirname "$0")/..}
file=$folder/.env
secrets=$folder/secrets
# Begins with a letter: nats-server would read digits as a number.
secret() {
  printf 's%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}
umask 077
if [ ! -e "$file" ]; then
  {
    echo "NATS_PASSWORD=$(secret)"
    echo "NATS_CLUSTER_PASSWORD=$(secret)"
    echo "INFLUX_PASSWORD=$(secret)"
    echo "INFLUX_TOKEN=$(secret)"
    echo "GRAFANA_PASSWORD=$(secret)"
    echo "DAOYU_API_TOKEN=$(secret)"
  } >"$file"
  echo "$file is made. Grafana: user admin, password GRAFANA_PASSWORD in it. API: token DAOYU_API_TOKEN in it."
fi
value() {
  sed -n "s/^$1=//p" "$file" | tail -n 1
}
made=0
# Containers run as users of their own: each reads the files it is given, while the folder keeps everybody else on this machine out.
write() {
  if [ -e "$secrets/$1" ]; then return 0; fi
  printf '%s' "$2" >"$secrets/$1"
  chmod 444 "$secrets/$1"
  made=$((made + 1))
}
mkdir -p "$secrets"
chmod 700 "$secrets"
servers=nats:4222
if [ -e "$folder/haproxy.cfg" ]; then servers=nats-1:4222,nats-2:4222,nats-3:4222; fi
write bus-url "nats://daoyu:$(value NATS_PASSWORD)@$servers"
write store-url "influxdb://$(value INFLUX_TOKEN)@influxdb:8086?org=daoyu&bucket=daoyu"
write api-token "$(value DAOYU_API_TOKEN)"
write influx-password "$(value INFLUX_PASSWORD)"
write influx-token "$(value INFLUX_TOKEN)"
write grafana-password "$(value GRAFANA_PASSWORD)"
if [ "$made" = 0 ]; then
  echo "$file and $secrets are there already; nothing was changed"
else
  echo "$secrets holds $made new files for the containers."
fi
