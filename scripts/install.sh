#!/usr/bin/env bash
# Bring .venv and node_modules to what a lock file says; does nothing when they are there already.
#
#   scripts/install.sh run     what the system needs to run
#   scripts/install.sh dev     that, and what tests and checks need
#
# A stamp named after the locks' content is written last, so an install that was killed half-way is
# simply done again by the next call.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

venv="${VENV:-.venv}"
case "${1:-}" in
  run) lock=requirements.lock ;;
  dev) lock=requirements-dev.lock ;;
  *) fail "Say what to install: scripts/install.sh run, or scripts/install.sh dev." ;;
esac

python_for_venv() {
  local name
  for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14 python; do
    if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$name"
      return
    fi
  done
  fail "citymgmt needs Python 3.11 or newer. Install it, or name one: make run PYTHON=/path/to/python3."
}

make_venv() {
  local python
  python="$(python_for_venv)"
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    # Debian and Ubuntu ship Python without these two; root can simply add them.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "Adding Python's venv module …"
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" >/dev/null
    else
      fail "This Python lacks its venv module. On Debian or Ubuntu: sudo apt install python3-venv."
    fi
  fi
  say "Making $venv …"
  "$python" -m venv --clear "$venv"
}

# A killed pip can leave a package that looks installed and is not; the mark makes the next call begin anew.
pip_install() {
  touch "$venv/.installing"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$1"
  rm "$venv/.installing"
}

digest() { cat "$@" | cksum | tr ' ' '-'; }

install_python() {
  local stamp
  stamp="$venv/.done-$(digest "$lock")"
  if [ -e "$venv/.installing" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    make_venv
  fi
  # The development lock holds everything of the runtime lock, at the same versions.
  if [ -e "$stamp" ] || { [ "$1" = run ] && [ -e "$venv/.done-$(digest requirements-dev.lock)" ]; }; then
    return
  fi
  say "Installing Python packages from $lock …"
  pip_install "$lock"
  rm -f "$venv"/.done-*
  touch "$stamp"
}

node_is_new_enough() {
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1
}

install_node() {
  local stamp
  stamp="node_modules/.done-$(digest package.json package-lock.json)"
  [ -e "$stamp" ] && return
  if ! node_is_new_enough; then
    if [ ! -x "$venv/bin/npm" ]; then
      say "No Node 18 or newer here: installing one into $venv …"
      pip_install requirements-node.lock
    fi
    PATH="$(cd "$venv/bin" && pwd):$PATH"
  fi
  say "Installing front-end libraries from package-lock.json …"
  npm ci --ignore-scripts --silent
  touch "$stamp"
}

install_python "$1"
install_node
