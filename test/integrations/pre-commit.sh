#!/bin/bash
# pre-commit.sh THREADLINT DIR: a repository that uses the hooks, and a repository of hooks for it to use.
set -uo pipefail
tool=$1 dir=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$dir/bin" "$dir/hooks" "$dir/project"
ln -s "$tool" "$dir/bin/threadlint"
export PATH=$dir/bin:$PATH HOME=$dir PRE_COMMIT_HOME=$dir/cache
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
commit_all() {
    git add -A && git commit -q "$@" -m change
    echo "exit: $?"
}

cp "$here/../../.pre-commit-hooks.yaml" "$dir/hooks"
cd "$dir/hooks" && git init -q . && commit_all > /dev/null
cd "$dir/project" && git init -q .
printf '.threadlint/\ncompile_commands.json\n' > .gitignore
cat > jobs.c << 'EOL'
#include <pthread.h>
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int jobs;
int jobs_take(int wanted) {
    pthread_mutex_lock(&mu);
    if (jobs < wanted)
        return -1;
    jobs -= wanted;
    pthread_mutex_unlock(&mu);
    return 0;
}
EOL
echo "[{\"directory\": \"$PWD\", \"file\": \"jobs.c\", \"command\": \"cc -c jobs.c\"}]" > compile_commands.json
cat > .pre-commit-config.yaml << EOL
repos:
  - repo: $dir/hooks
    rev: $(git -C "$dir/hooks" rev-parse HEAD)
    hooks:
      - id: threadlint
EOL
commit_all > /dev/null
pre-commit install > /dev/null

echo "== old mistakes do not stop a commit"
echo "int jobs_limit(void) { return 8; }" >> jobs.c
commit_all

echo "== a new one does"
cat >> jobs.c << 'EOL'
int jobs_add(int count) {
    pthread_mutex_lock(&mu);
    if (count > jobs_limit())
        return -1;
    jobs += count;
    pthread_mutex_unlock(&mu);
    return 0;
}
EOL
commit_all

echo "== the whole program"
sed -i 's/id: threadlint/id: threadlint-all/' .pre-commit-config.yaml
commit_all
