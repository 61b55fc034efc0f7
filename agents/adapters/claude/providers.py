"""Who serves Claude: the SDK's client of each provider, made from the environment, and what its refusals mean there.

Nothing of a provider is imported and none of its credentials is looked for unless the policy names it. The variables
are the SDK's own; credentials of AWS and Google are left to their chains, which look into the process's environment.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import anthropic

from agents.errors import BadSettings
from agents.extras import how_to_install
from agents.model_terms import Provider

Client = anthropic.Anthropic | anthropic.AnthropicBedrock | anthropic.AnthropicVertex | anthropic.AnthropicFoundry
_WRONG: tuple[type[Exception], ...] = (ValueError, anthropic.AnthropicError)
Environment = Mapping[str, str]

_REGIONAL = 1.1  # Bedrock and Vertex take a tenth more where an answer is made in one region or geography


@dataclass(frozen=True)
class Line:
    """A provider that can be asked. `advice` says what to do, by the status of its refusal; {model} is the model."""

    provider: Provider
    client: Client
    address: str  # the variable that may name another address
    advice: Mapping[int, str]
    who: str = "Claude"
    unready: tuple[type[Exception], ...] = ()  # raised where its credentials cannot be had
    sign_in: str = ""  # what to do then
    dearer: Callable[[str], float] = lambda _: 1.0  # than the list price, for a model's id

    @property
    def base_url(self) -> str:
        """Where it is."""
        return str(self.client.base_url).rstrip("/")


def open_line(provider: Provider, environment: Environment) -> Line:
    """The way to a provider. Raises BadSettings that says what is missing; nobody is asked yet."""
    try:
        return _OPENERS[provider]({name: value.strip() for name, value in environment.items()})
    except _WRONG as error:
        raise _lacking(provider, f"its client cannot be made ({type(error).__name__}): check its variables") from error


def _anthropic(environment: Environment) -> Line:
    key = _needed(environment, Provider.ANTHROPIC, "ANTHROPIC_API_KEY")
    return Line(
        Provider.ANTHROPIC,
        anthropic.Anthropic(
            api_key=key, base_url=environment.get("ANTHROPIC_BASE_URL") or "https://api.anthropic.com", max_retries=0
        ),
        "ANTHROPIC_BASE_URL",
        {
            401: "ANTHROPIC_API_KEY is not valid; set a valid key and restart",
            403: "the key may not do this; check its workspace and the models in the policy file",
            404: "there is no model {model!r}; check [models] in the policy file",
        },
    )


def _bedrock(environment: Environment) -> Line:
    token = environment.get("AWS_BEARER_TOKEN_BEDROCK") or None
    unready: tuple[type[Exception], ...] = ()
    if token is None:
        _importable("boto3", Provider.BEDROCK, "; or set AWS_BEARER_TOKEN_BEDROCK, a key of Bedrock's own")
        aws = importlib.import_module("botocore.exceptions")
        unready = (aws.BotoCoreError, aws.ClientError, RuntimeError)
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None
    try:
        client = anthropic.AnthropicBedrock(
            api_key=token,
            aws_region=region,
            base_url=environment.get("ANTHROPIC_BEDROCK_BASE_URL") or None,
            max_retries=0,
        )
    except (*_WRONG, *unready) as error:
        raise _lacking(Provider.BEDROCK, "no region is known; set AWS_REGION, or check AWS_PROFILE") from error
    client.api_key = token  # the SDK takes an empty variable for a key
    return Line(
        Provider.BEDROCK,
        client,
        "ANTHROPIC_BEDROCK_BASE_URL",
        {
            401: _NO_RIGHT_AWS,
            403: _NO_RIGHT_AWS,
            404: "it has no model {model!r} in this region; check [models.ids.bedrock] in the policy file",
        },
        who="Claude at Bedrock",
        unready=unready,
        sign_in="set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role",
        dearer=lambda model: 1.0 if model.startswith("global.") else _REGIONAL,
    )


def _vertex(environment: Environment) -> Line:
    region = _needed(environment, Provider.VERTEX, "CLOUD_ML_REGION", ", such as global or europe-west1")
    project = _needed(environment, Provider.VERTEX, "ANTHROPIC_VERTEX_PROJECT_ID")
    _importable("google.auth", Provider.VERTEX)
    google = importlib.import_module("google.auth.exceptions")
    return Line(
        Provider.VERTEX,
        anthropic.AnthropicVertex(
            region=region,
            project_id=project,
            base_url=environment.get("ANTHROPIC_VERTEX_BASE_URL") or None,
            max_retries=0,
        ),
        "ANTHROPIC_VERTEX_BASE_URL",
        {
            401: _NO_RIGHT_GOOGLE,
            403: _NO_RIGHT_GOOGLE,
            404: "it has no model {model!r} in this region, or the project did not enable it in the Model Garden; do "
            "that, or check [models.ids.vertex] in the policy file",
        },
        who="Claude at Vertex",
        unready=(google.GoogleAuthError, RuntimeError),
        sign_in="name a key file in GOOGLE_APPLICATION_CREDENTIALS, or type `gcloud auth application-default login` "
        "as the bot's user",
        dearer=lambda _: 1.0 if region == "global" else _REGIONAL,
    )


def _foundry(environment: Environment) -> Line:
    key = _needed(environment, Provider.FOUNDRY, "ANTHROPIC_FOUNDRY_API_KEY")
    base_url = environment.get("ANTHROPIC_FOUNDRY_BASE_URL")
    if not base_url:
        resource = _needed(environment, Provider.FOUNDRY, "ANTHROPIC_FOUNDRY_RESOURCE", ", to the resource's name")
        base_url = f"https://{resource}.services.ai.azure.com/anthropic/"
    return Line(
        Provider.FOUNDRY,
        anthropic.AnthropicFoundry(api_key=key, base_url=base_url, max_retries=0),
        "ANTHROPIC_FOUNDRY_BASE_URL",
        {
            401: "ANTHROPIC_FOUNDRY_API_KEY is not a key of this resource; set one and restart",
            403: "the key may not do this; check the resource's access and network rules",
            404: "the resource has no deployment {model!r}; make one, or name yours in [models.ids.foundry] of the "
            "policy file",
        },
        who="Claude at Foundry",
    )


_NO_RIGHT_AWS = (
    "AWS refuses the credentials, or they may not ask the model {model!r}; allow bedrock:InvokeModel on it, and enable "
    "the model for the account"
)
_NO_RIGHT_GOOGLE = (
    "Google refuses the credentials, or they may not ask the model {model!r}; the account needs the role Vertex AI "
    "User in ANTHROPIC_VERTEX_PROJECT_ID, where the Vertex AI API is enabled"
)
_OPENERS: Mapping[Provider, Callable[[Environment], Line]] = {
    Provider.ANTHROPIC: _anthropic,
    Provider.BEDROCK: _bedrock,
    Provider.VERTEX: _vertex,
    Provider.FOUNDRY: _foundry,
}


def _needed(environment: Environment, provider: Provider, variable: str, example: str = "") -> str:
    value = environment.get(variable, "")
    if not value:
        raise _lacking(provider, f"{variable} is not set; set it{example}")
    return value


def _importable(package: str, provider: Provider, instead: str = "") -> None:
    try:
        importlib.import_module(package)
    except ImportError as error:
        what = f"{package} is not installed; {how_to_install(provider.value)}{instead}"
        raise _lacking(provider, what) from error


def _lacking(provider: Provider, what: str) -> BadSettings:
    return BadSettings(
        f"The policy has {provider.value} among models.providers, and {what}. Without it, take {provider.value} out."
    )
