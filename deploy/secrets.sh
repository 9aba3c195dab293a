#!/bin/sh
# Makes the passwords that docker-compose.yml needs, once, into .env of the folder given (default: the project's), readable by this user alone.
set -eu
folder=${1:-$(dirname "$0")/..}
file=$folder/.env
if [ -e "$file" ]; then
  echo "$file is there already; nothing was changed"
  exit 0
fi
# Begins with a letter: nats-server would read digits as a number.
secret() {
  printf 's%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}
umask 077
{
  echo "NATS_PASSWORD=$(secret)"
  echo "NATS_CLUSTER_PASSWORD=$(secret)"
  echo "INFLUX_PASSWORD=$(secret)"
  echo "INFLUX_TOKEN=$(secret)"
  echo "GRAFANA_PASSWORD=$(secret)"
  echo "DAOYU_API_TOKEN=$(secret)"
} >"$file"
echo "$file is made. Grafana: user admin, password GRAFANA_PASSWORD in it. API: token DAOYU_API_TOKEN in it."
