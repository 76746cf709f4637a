"""Whole tasks, from data to trained model: what `minigrad train NAME` runs."""

from . import (
    char_gpt,
    cifar10_cnn,
    cifar10_resnet,
    finetune_bert,
    finetune_resnet,
    lenet_mnist,
    mnist,
    plain_vs_resnet,
    sentiment,
    transformer_sentiment,
    vanishing_gradient,
)
from .recipe import Recipe

RECIPES: tuple[Recipe, ...] = (
    mnist.RECIPE,
    lenet_mnist.RECIPE,
    cifar10_cnn.RECIPE,
    cifar10_resnet.RECIPE,
    plain_vs_resnet.RECIPE,
    finetune_resnet.RECIPE,
    sentiment.RECIPE,
    vanishing_gradient.RECIPE,
    transformer_sentiment.RECIPE,
    finetune_bert.RECIPE,
    char_gpt.RECIPE,
)
