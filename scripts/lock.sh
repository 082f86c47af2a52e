#!/usr/bin/env bash
# Write the lock files anew. They name no registry, so that any mirror can serve them.
#
#   scripts/lock.sh [PYTHON]      UPGRADE=1 takes newer versions; without it pins stay where they can
set -euo pipefail
cd "$(dirname "$0")/.."

python="${1:-.venv/bin/python}"
export UV_CUSTOM_COMPILE_COMMAND="make lock"
compile() {
  "$python" -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-strip-extras ${UPGRADE:+--upgrade} "$@"
}
compile pyproject.toml --output-file requirements.lock
compile pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
compile --group node --output-file requirements-node.lock

if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)' 2>/dev/null; then
  PATH="$(cd "$(dirname "$python")" && pwd):$PATH"
fi
npm install --package-lock-only --ignore-scripts --silent
