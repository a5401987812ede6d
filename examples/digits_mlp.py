"""A neural network in plain NumPy that reads handwritten digits, trained with `value_and_grad`.

The parameters are a list of (W, b) pairs and the gradient comes back as a list of such pairs. The
loss curve is saved as a picture; the exit status is non-zero below 95 % accuracy on unseen digits.
"""

import argparse
import sys
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import tqdm

from adcompile import value_and_grad

SIZES = (64, 64, 10)
BATCH = 32
RATE = 0.2


def logits(params, x):
    """The network's unnormalised log-probabilities, one row per image."""
    for W, b in params[:-1]:
        x = np.tanh(x @ W + b)
    W, b = params[-1]
    return x @ W + b


@value_and_grad
def loss(params, x, y):
    """Mean cross-entropy of the labels `y` under the softmax of the logits."""
    z = logits(params, x)
    z = z - np.max(z, axis=1, keepdims=True)
    logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(logp[np.arange(len(y)), y])


def train(x, y, epochs, rng):
    """Minibatch gradient descent; returns the parameters and the loss of every step."""
    params = [
        (rng.normal(size=(fan_in, fan_out)) / np.sqrt(fan_in), np.zeros(fan_out))
        for fan_in, fan_out in pairwise(SIZES)
    ]
    batches = len(y) // BATCH
    losses = []
    progress = tqdm(range(epochs), unit="epoch")
    for _ in progress:
        for batch in np.array_split(rng.permutation(len(y)), batches):
            value, d_params = loss(params, x[batch], y[batch])
            params = [
                (W - RATE * d_W, b - RATE * d_b)
                for (W, b), (d_W, d_b) in zip(params, d_params, strict=True)
            ]
            losses.append(value)
        progress.set_postfix(loss=f"{np.mean(losses[-batches:]):.4f}")
    return params, losses


def save_plot(losses, path):
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.semilogy(losses, linewidth=0.5)
    axes.set(xlabel="step", ylabel="loss of the batch", title="Training on handwritten digits")
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=30, help="passes over the data (default: 30)")
    parser.add_argument("--plot", default="digits_mlp.png", help="default: digits_mlp.png")
    options = parser.parse_args()

    images, labels = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        images / 16, labels, random_state=0, stratify=labels
    )
    rng = np.random.default_rng(0)
    params, losses = train(x_train, y_train, options.epochs, rng)
    save_plot(losses, options.plot)

    accuracy = np.mean(np.argmax(logits(params, x_test), axis=1) == y_test)
    print(f"test accuracy {accuracy:.3f}, loss curve in {options.plot}")
    if accuracy < 0.95:
        sys.exit("expected a test accuracy of at least 0.95")


if __name__ == "__main__":
    main()
