"""What the policy says of models: which answer which stage, who serves them and by what name, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from agents.term_forms import Terms
from storage.judgments import Stage


class Provider(StrEnum):
    """Who serves Claude."""

    ANTHROPIC = "anthropic"
    BEDROCK = "bedrock"  # Amazon's
    VERTEX = "vertex"  # Google's
    FOUNDRY = "foundry"  # Microsoft's


@dataclass(frozen=True)
class ModelAt:
    """A model as one provider serves it. `model` is its name at Anthropic."""

    model: str
    provider: Provider = Provider.ANTHROPIC

    @property
    def name(self) -> str:
        """What rows and people call it."""
        return self.model if self.provider is Provider.ANTHROPIC else f"{self.model} at {self.provider.value}"


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


_Name = Annotated[str, StringConstraints(min_length=1)]
ModelNames = Annotated[tuple[_Name, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One model, or several: the next one is asked when those before it do not answer."""

Providers = Annotated[
    tuple[Provider, ...], BeforeValidator(_listed), AfterValidator(lambda named: tuple(dict.fromkeys(named)))
]


def _cheap() -> dict[Stage, tuple[str, ...]]:
    """What chooses among a few things by a short text is asked often, and of the small model."""
    return dict.fromkeys((Stage.READ, Stage.NORMALISE, Stage.GROUP, Stage.ROUTE), ("claude-haiku-5-5",))


class PriceTerms(Terms):
    """What a model costs its owner, in US dollars a million tokens."""

    input: float = Field(gt=0)
    output: float = Field(gt=0)
    cache_read: float | None = Field(default=None, gt=0)  # None: a tenth of the input
    cache_write: float | None = Field(default=None, gt=0)  # None: a quarter more than the input


class Models(Terms):
    """Which models answer which stage, and who serves them."""

    default: ModelNames = ("claude-sonnet-5-5",)
    stages: dict[Stage, ModelNames] = Field(default_factory=_cheap)
    providers: Annotated[Providers, Field(min_length=1)] = (Provider.ANTHROPIC,)  # the next where those before are down
    ids: dict[Provider, dict[str, _Name]] = Field(default_factory=dict)  # what a model is called there, if not the same
    in_words: Providers = (Provider.VERTEX,)  # they are told the form of an answer in words, and are sent no schema
    prices: dict[str, PriceTerms] = Field(default_factory=dict)  # by the model's name; those that are known need none

    @model_validator(mode="after")
    def _called(self) -> Self:
        named = self.all_named()
        for provider, ids in self.ids.items():
            for name in ids:
                if name not in named:
                    raise ValueError(f"ids.{provider.value} speaks of {name}, which no stage asks; {_spelt(named)}")
        for name in self.prices:
            if name not in named:
                raise ValueError(f"prices speaks of {name}, which no stage asks; {_spelt(named)}")
        missing = [name for name in named if name not in self.ids.get(Provider.BEDROCK, {})]
        if missing and Provider.BEDROCK in self.providers:
            raise ValueError(
                f"Bedrock has names of its own, which also say where an answer is made; write them under "
                f"[models.ids.bedrock] for {', '.join(missing)}, such as "
                f'"{missing[0]}" = "global.anthropic.{missing[0]}" (the id of an inference profile, or its ARN)'
            )
        return self

    def of(self, stage: Stage) -> str:
        """The model that a stage asks first."""
        return self.named(stage)[0]

    def named(self, stage: Stage) -> tuple[str, ...]:
        """The models for a stage, each once, in the order in which they are asked."""
        return tuple(dict.fromkeys(self.stages.get(stage, self.default)))

    def asked(self, stage: Stage) -> tuple[ModelAt, ...]:
        """The same with who serves them: a model at all its providers, before the next model."""
        return tuple(self._served(self.named(stage)))

    def all_named(self) -> tuple[str, ...]:
        """Every model that a stage may ask, each once."""
        return tuple(dict.fromkeys(name for named in (self.default, *self.stages.values()) for name in named))

    def all_asked(self) -> tuple[ModelAt, ...]:
        """The same at every provider."""
        return tuple(self._served(self.all_named()))

    def id_of(self, at: ModelAt) -> str:
        """What its provider calls it."""
        return self.ids.get(at.provider, {}).get(at.model, at.model)

    def _served(self, names: tuple[str, ...]) -> Iterator[ModelAt]:
        for name in names:
            for provider in self.providers:
                yield ModelAt(name, provider)


def _spelt(named: tuple[str, ...]) -> str:
    return f"write one of {', '.join(named)}"
