// Values and gradients of some workloads, as a careful programmer writes them in C++.
// Arrays are in C order; gradients are written to the last arguments, the value is returned.

#include <algorithm>
#include <cmath>
#include <vector>

using std::size_t;
using Numbers = std::vector<double>;

namespace {

constexpr double PI = 3.14159265358979323846;

double dot(const double *a, const double *b, size_t n) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

void cross(const double *a, const double *b, double *c) {
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

// Replaces the elements by their softmax; returns the logarithm of the sum of exponentials.
double softmax(double *a, size_t n) {
    double top = *std::max_element(a, a + n), total = 0.0;
    for (size_t i = 0; i < n; i++) total += a[i] = std::exp(a[i] - top);
    for (size_t i = 0; i < n; i++) a[i] /= total;
    return top + std::log(total);
}

double log_constant(size_t k, size_t n, size_t d, double gamma, double m) {
    double freedom = d + m + 1, log_gamma = 0.25 * d * (d - 1.0) * std::log(PI);
    for (size_t j = 0; j < d; j++) log_gamma += std::lgamma(0.5 * (freedom - j));
    double wishart = freedom * d * std::log(gamma / std::sqrt(2.0)) - log_gamma;
    return k * wishart - 0.5 * n * d * std::log(2.0 * PI);
}

}  // namespace

extern "C" {

double loop(double x, size_t n, double *d_x) {
    Numbers slopes(n);  // of x * sin(x), all that the way back asks for
    double s = 0.0;
    for (size_t i = 0; i < n; i++) {
        double sin_x = std::sin(x);
        slopes[i] = sin_x + x * std::cos(x);
        s += x * sin_x;
        x *= 0.999;
    }
    *d_x = 0.0;
    for (size_t i = n; i-- > 0;) *d_x = *d_x * 0.999 + slopes[i];
    return s;
}

double sweep(const double *x, size_t m, double *d_a) {
    Numbers a(x, x + m);
    for (size_t i = 1; i + 1 < m; i++) a[i] = (a[i - 1] + a[i] * a[i] + a[i + 1]) / 3;
    double value = 0.0;
    for (double number : a) value += number;
    std::fill(d_a, d_a + m, 1.0);
    for (size_t i = m - 1; i-- > 1;) {
        double t = d_a[i] / 3;
        d_a[i] = 2 * x[i] * t;
        d_a[i - 1] += t;
        d_a[i + 1] += t;
    }
    return value;
}

double stencil(const double *u0, size_t m, double c, size_t steps, double *d_u, double *d_c) {
    Numbers u(u0, u0 + m), laps(steps * m);
    for (size_t step = 0; step < steps; step++) {
        double *lap = &laps[step * m];
        for (size_t i = 1; i + 1 < m; i++) lap[i] = u[i + 1] - 2.0 * u[i] + u[i - 1];
        for (size_t i = 1; i + 1 < m; i++) u[i] += c * lap[i];
    }
    for (size_t i = 0; i < m; i++) d_u[i] = 2.0 * u[i];
    *d_c = 0.0;
    Numbers d_lap(m);
    for (size_t step = steps; step-- > 0;) {
        *d_c += dot(d_u + 1, &laps[step * m + 1], m - 2);
        for (size_t i = 1; i + 1 < m; i++) d_lap[i] = c * d_u[i];
        d_u[0] += d_lap[1];
        for (size_t i = 1; i + 1 < m; i++) d_u[i] += d_lap[i - 1] - 2.0 * d_lap[i] + d_lap[i + 1];
        d_u[m - 1] += d_lap[m - 2];
    }
    return dot(u.data(), u.data(), m);
}

double gmm(size_t k, size_t n, size_t d, const double *alphas, const double *means,
           const double *log_diag, const double *below, const double *x, double gamma, double m,
           double *d_alphas, double *d_means, double *d_log_diag, double *d_below) {
    size_t under = d * (d - 1) / 2;
    Numbers factors(k * d * d), d_factors(k * d * d), log_det(k), inner(k), centred(k * d),
        whitened(k * d), weights(alphas, alphas + k);
    double squares = 0.0, value = log_constant(k, n, d, gamma, m) - n * softmax(weights.data(), k);
    for (size_t c = 0; c < k; c++) {
        double *factor = &factors[c * d * d];
        const double *element = below + c * under;
        for (size_t col = 0; col < d; col++) {
            double diag = std::exp(log_diag[c * d + col]);
            factor[col * d + col] = diag;
            squares += diag * diag;
            log_det[c] += log_diag[c * d + col];
            for (size_t row = col + 1; row < d; row++, element++) {
                factor[row * d + col] = *element;
                squares += *element * *element;
            }
        }
        value += m * log_det[c];
        d_alphas[c] = -(n * weights[c]);
    }
    value -= 0.5 * gamma * gamma * squares;
    std::fill(d_means, d_means + k * d, 0.0);
    Numbers total(k);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < k; c++) {
            double *at = &centred[c * d], *w = &whitened[c * d];
            for (size_t j = 0; j < d; j++) at[j] = x[i * d + j] - means[c * d + j];
            for (size_t row = 0; row < d; row++) w[row] = dot(&factors[(c * d + row) * d], at, row + 1);
            inner[c] = alphas[c] + log_det[c] - 0.5 * dot(w, w, d);
        }
        value += softmax(inner.data(), k);
        for (size_t c = 0; c < k; c++) {
            total[c] += inner[c];
            for (size_t row = 0; row < d; row++) {
                double d_w = -inner[c] * whitened[c * d + row];
                const double *factor = &factors[(c * d + row) * d];
                double *d_factor = &d_factors[(c * d + row) * d];
                for (size_t col = 0; col <= row; col++) {
                    d_factor[col] += d_w * centred[c * d + col];
                    d_means[c * d + col] -= d_w * factor[col];
                }
            }
        }
    }
    for (size_t c = 0; c < k; c++) {
        d_alphas[c] += total[c];
        double *d_element = d_below + c * under;
        const double *element = below + c * under;
        for (size_t col = 0; col < d; col++) {
            const double *d_factor = &d_factors[c * d * d];
            double diag = factors[(c * d + col) * d + col];
            d_log_diag[c * d + col] =
                (d_factor[col * d + col] - gamma * gamma * diag) * diag + total[c] + m;
            for (size_t row = col + 1; row < d; row++, element++, d_element++)
                *d_element = d_factor[row * d + col] - gamma * gamma * *element;
        }
    }
    return value;
}

double ba(size_t cameras, size_t points, size_t observations, const double *cams,
          const double *positions, const double *weights, const long *cam_idx,
          const long *point_idx, const double *features, double *d_cams, double *d_points,
          double *d_weights) {
    std::fill(d_cams, d_cams + 11 * cameras, 0.0);
    std::fill(d_points, d_points + 3 * points, 0.0);
    double value = 0.0;
    for (size_t i = 0; i < observations; i++) {
        const double *cam = cams + 11 * cam_idx[i], *point = positions + 3 * point_idx[i];
        double *d_cam = d_cams + 11 * cam_idx[i], *d_point = d_points + 3 * point_idx[i];
        double weight = weights[i], x[3], axis[3], turned[3], seen[3];
        // rotate
        for (int j = 0; j < 3; j++) x[j] = point[j] - cam[3 + j];
        double theta = std::sqrt(dot(cam, cam, 3));
        for (int j = 0; j < 3; j++) axis[j] = cam[j] / theta;
        double cos = std::cos(theta), sin = std::sin(theta), inner = dot(axis, x, 3);
        double along = inner * (1.0 - cos);
        cross(axis, x, turned);
        for (int j = 0; j < 3; j++) seen[j] = x[j] * cos + turned[j] * sin + axis[j] * along;
        // project
        double flat[2] = {seen[0] / seen[2], seen[1] / seen[2]};
        double r2 = dot(flat, flat, 2), distortion = 1.0 + (cam[9] + cam[10] * r2) * r2;
        double scale = cam[6] * distortion, d_projected[2], d_weight = 0.0;
        for (int j = 0; j < 2; j++) {
            double error = scale * flat[j] + cam[7 + j] - features[2 * i + j];
            value += weight * error * weight * error;
            d_weight += 2.0 * weight * error * error;
            d_projected[j] = 2.0 * weight * weight * error;
        }
        double weight_residual = 1.0 - weight * weight;
        value += weight_residual * weight_residual;
        d_weights[i] = d_weight - 4.0 * weight_residual * weight;
        // backward: project
        double d_scale = dot(d_projected, flat, 2), d_distortion = d_scale * cam[6];
        double d_r2 = d_distortion * (cam[9] + 2.0 * cam[10] * r2), d_seen[3];
        d_cam[6] += d_scale * distortion;
        d_cam[7] += d_projected[0];
        d_cam[8] += d_projected[1];
        d_cam[9] += d_distortion * r2;
        d_cam[10] += d_distortion * r2 * r2;
        for (int j = 0; j < 2; j++)
            d_seen[j] = (d_projected[j] * scale + 2.0 * d_r2 * flat[j]) / seen[2];
        d_seen[2] = -dot(d_seen, flat, 2);
        // backward: rotate
        double d_inner = dot(d_seen, axis, 3) * (1.0 - cos), d_turned[3], of_axis[3], of_x[3];
        double d_theta = dot(d_seen, turned, 3) * cos +
                         (dot(d_seen, axis, 3) * inner - dot(d_seen, x, 3)) * sin;
        for (int j = 0; j < 3; j++) d_turned[j] = d_seen[j] * sin;
        cross(x, d_turned, of_axis);
        cross(d_turned, axis, of_x);
        for (int j = 0; j < 3; j++) {
            of_axis[j] += d_seen[j] * along + x[j] * d_inner;
            double d_x = of_x[j] + d_seen[j] * cos + axis[j] * d_inner;
            d_point[j] += d_x;
            d_cam[3 + j] -= d_x;
        }
        double radial = dot(of_axis, axis, 3);
        for (int j = 0; j < 3; j++)
            d_cam[j] += (of_axis[j] - axis[j] * radial) / theta + axis[j] * d_theta;
    }
    return value;
}

}
