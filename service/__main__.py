"""命令行: `labour-watch …` – names the commands of service/commands and turns errors into exit codes.

A command is imported when it is called: issuing a token does not wait for the web framework.
"""

import sys
from importlib import import_module
from typing import Any

import typer
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from service.errors import Exit, Refusal

# Name of the command: the module of service/commands and its function or group of commands.
COMMANDS = {
    "demo": ("demo", "demo"),
    "serve": ("serve", "serve"),
    "web": ("serve", "web_only"),
    "worker": ("serve", "worker_only"),
    "init": ("instance", "init"),
    "migrate": ("instance", "migrate"),
    "network": ("network", "network_app"),
    "token": ("network", "token_app"),
    "contact": ("contact", "contact_app"),
    "user": ("user", "user_app"),
    "rules": ("rules", "rules_app"),
    "score": ("score", "score"),
    "explain": ("explain", "explain"),
    "evidence": ("evidence", "evidence"),
    "detect": ("detect", "detect"),
    "simulate": ("simulate", "simulate"),
    "replay": ("replay", "replay"),
    "drill": ("drill", "drill"),
    "who": ("who", "who"),
    "verify-chain": ("chain", "verify_chain"),
    "backup": ("backup", "backup"),
    "restore": ("backup", "restore"),
    "release": ("backup", "release"),
    "doctor": ("doctor", "doctor"),
}


class _Commands(TyperGroup):
    # Typer ships a click of its own whose types it does not export: hence Any.
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        found = getattr(import_module(f"service.commands.{module}"), attribute)
        if not isinstance(found, typer.Typer):
            found, function = typer.Typer(add_completion=False), found
            found.command()(function)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback(help="劳动关系预警：周报、评分、预警、逐级通知 / labour-relations early warning.")
def _labour_watch() -> None:
    """Nothing is common to all commands but the name."""


def main() -> None:
    """Run the command line: 0 fine, 1 findings, 2 wrong use, 3 runtime failure (design §7)."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. Errors are one sentence in both languages, never a traceback."""
    try:
        app(args=arguments, prog_name="labour-watch")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
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
        print(f"文件或网络出错：{error} / file or network error", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    main()
