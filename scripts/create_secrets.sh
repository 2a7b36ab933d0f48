#!/bin/sh
# Makes the secrets that compose.yaml mounts, once: existing ones are never touched.
# Usage: sh scripts/create_secrets.sh [FOLDER [DATABASE_HOST]]; default ./secrets and db.
set -eu
folder=${1:-$(dirname "$0")/../secrets}
host=${2:-db}

if [ -e "$folder" ]; then
    echo "create_secrets: $folder exists, and its secrets are in use; nothing was changed" >&2
    exit 1
fi

random() { openssl rand "$@"; }
write() { printf '%s\n' "$2" >"$draft/$1"; }

# The folder keeps other people of this machine out; the files are readable inside the
# container, where Claw and PostgreSQL run as users that this machine does not have.
umask 077
draft=$folder.partial
rm -rf "$draft"
mkdir -p "$draft"
admin=$(random -hex 24)
write database_admin_password "$admin"
write database_admin_url "postgresql://claw_admin:$admin@$host:5432/claw"
write database_url "postgresql://claw_app:$(random -hex 24)@$host:5432/claw"
write secret_key "$(random -base64 32)"
chmod 0444 "$draft"/*
mv "$draft" "$folder"
echo "create_secrets: made $folder; keep a copy of secret_key apart from the backups"
