"""The command `shopthelook` and how it ends: 0 done, 1 failed, 2 misuse, 130 stopped by Ctrl-C."""

from __future__ import annotations

import importlib
import logging
from typing import Any

import click

from shopthelook import __version__
from shopthelook.errors import ShopError

STOPPED = 130

_COMMANDS = {
    "init": "shop",
    "status": "shop",
    "products": "products",
    "scenes": "scenes",
    "decompose": "photos",
    "search": "photos",
    "models": "models",
    "taxonomy": "taxonomy",
    "index": "index",
    "dataset": "dataset",
    "train": "train",
    "eval": "eval",
    "serve": "serve",
    "keys": "keys",
}


class ShopGroup(click.Group):
    """Loads a command's module when it is called, and turns failures into exit statuses."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order in which they are needed."""
        return list(_COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """The command of that name, imported now: models and databases take a second to import."""
        noun = _COMMANDS.get(cmd_name)
        if noun is None:
            return None
        module = importlib.import_module(f"shopthelook.cli.{noun}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, without importing every command to suggest a near one."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"no command {name!r}; there are {', '.join(_COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a failure that a user can mend becomes one line."""
        try:
            return super().invoke(ctx)
        except ShopError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
            ctx.exit(STOPPED)


@click.group(cls=ShopGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="shopthelook")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens, on standard error.")
def main(verbose: bool) -> None:
    """Visual shopping: tap an object in a photo, see products like it.

    A shop is a folder. Every command finds it by --shop, by the variable SHOPTHELOOK_SHOP, or takes the
    present folder. Output is for people; with --json it is for programs, one object a line. Progress and
    errors go to standard error. Exit status: 0 done, 1 failed, 2 misuse, 130 stopped by Ctrl-C.

    \b
    Examples:
      shopthelook init my-shop
      cd my-shop
      shopthelook products import ../feed.csv
      shopthelook scenes import ../photos
      shopthelook search ../photos/room.jpg
      shopthelook search --json ../photos/*.jpg > hits.jsonl
      shopthelook serve --open
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
