"""Extractors with random weights: for arithmetic a random feature space is as good as any."""

from unittest import mock

import torch
from safetensors.torch import save_file
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from bench.measures.base.features import InDomain


def keeping_variance(network: torch.nn.Module) -> torch.nn.Module:
    """Draw the weights so that activations neither vanish nor explode on the way."""
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return network


def write_random_in_domain(path) -> None:
    """Write the weights of an in-domain extractor that nobody trained."""
    torch.manual_seed(0)
    save_file(keeping_variance(InDomain(10)).state_dict(), path)


def write_random_inception(path) -> None:
    """Write the weights of an Inception that nobody trained: the real code path without the published weights."""
    module = "torch_fidelity.feature_extractor_inceptionv3"
    download = mock.patch(f"{module}.load_state_dict_from_url", return_value={})
    torch.manual_seed(0)
    with download, mock.patch.object(FeatureExtractorInceptionV3, "load_state_dict"):
        network = keeping_variance(FeatureExtractorInceptionV3("random", ["2048"]))
    torch.save(network.state_dict(), path)
