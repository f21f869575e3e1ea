"""``python -m sendcheck.training DATA [LANGUAGE …]``: train the shipped pipelines from the treebanks under the folder DATA."""

from __future__ import annotations

from pathlib import Path

import click

from sendcheck.training.train import RECIPES, train

_LANGUAGES = Path(__file__).parent.parent / "languages"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("languages", nargs=-1, type=click.Choice(sorted(RECIPES)))
@click.option("--output", type=click.Path(path_type=Path), default=_LANGUAGES, show_default="the package's languages", help="Where <language>/pipeline goes.")
def main(data: Path, languages: tuple[str, ...], output: Path) -> None:
    """Train the pipelines from DATA/ud_english_ewt and DATA/norne: about half an hour each on one core."""
    for language in languages or sorted(RECIPES):
        try:
            train(language, data, output / language / "pipeline")
        except FileNotFoundError as problem:
            raise click.ClickException(str(problem)) from None


if __name__ == "__main__":
    main()
