"""命令行: `labour-watch …` – names the commands of service/commands and turns errors into exit codes."""

import sys

import typer
from sqlalchemy.exc import SQLAlchemyError

from service.commands import demo, doctor, instance, network, replay, rules, score, serve, simulate
from service.errors import Exit, Refusal

app = typer.Typer(
    name="labour-watch",
    help="劳动关系预警：周报、评分、预警、逐级通知 / labour-relations early warning.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("web")(serve.web_only)
app.command("worker")(serve.worker_only)
app.command("init")(instance.init)
app.command("migrate")(instance.migrate)
app.command("doctor")(doctor.doctor)
app.command("score")(score.score)
app.command("simulate")(simulate.simulate)
app.command("replay")(replay.replay)
app.add_typer(rules.rules_app, name="rules")
app.add_typer(network.token_app, name="token")
app.add_typer(network.network_app, name="network")


def main() -> None:
    """Run the command line: 0 fine, 1 findings, 2 wrong use, 3 runtime failure (design §7)."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. Errors are one sentence in both languages, never a traceback."""
    try:
        app(args=arguments, standalone_mode=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except Exit as stop:
        print(stop, file=sys.stderr)
        return stop.code
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(f"数据库出错：{type(error).__name__} / database error: {type(error).__name__}", file=sys.stderr)
        return 3
    except OSError as error:
        print(f"文件或网络出错：{error.strerror} / {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    main()
