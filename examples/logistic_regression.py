"""Logistic regression on scikit-learn's breast cancer data: `grad` with two named arguments.

The program prints the gradient function that adcompile wrote for `loss`, then trains with it.
The annotations let the command line print that gradient without running this file:

    python -m adcompile examples/logistic_regression.py
"""

import argparse

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from adcompile import grad

RATE = 0.2


@grad(wrt=("w", "b"))
def loss(w: np.ndarray, b: float, x: np.ndarray, y: np.ndarray) -> float:
    z = x @ w + b
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def accuracy(w: np.ndarray, b: float, x: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean((x @ w + b > 0) == (y == 1)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200, help="gradient steps (default: 200)")
    options = parser.parse_args()

    x, y = load_breast_cancer(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0, stratify=y)
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    x_train, x_test = (x_train - mean) / spread, (x_test - mean) / spread

    w, b = np.zeros(x.shape[1]), 0.0
    print(loss.source_for(w, b, x_train, y_train))
    for _ in range(options.steps):
        d_w, d_b = loss(w, b, x_train, y_train)
        w = w - RATE * d_w
        b = b - RATE * d_b
    print(
        f"loss {loss.primal(w, b, x_train, y_train):.4f}, "
        f"test accuracy {accuracy(w, b, x_test, y_test):.3f}"
    )


if __name__ == "__main__":
    main()
