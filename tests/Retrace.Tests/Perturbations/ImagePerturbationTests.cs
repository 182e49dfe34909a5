using Retrace.Perturbations;
using Retrace.Problems;

namespace Retrace.Tests.Perturbations;

public class ImagePerturbationTests
{
    private static PixelImage Grey(byte value) => new(101, 67, Enumerable.Repeat(value, 3 * 101 * 67).ToArray());

    [Fact]
    public void Every_perturbation_keeps_the_size_leaves_the_image_alone_and_is_reproducible()
    {
        foreach (string name in ImagePerturbations.Names)
        {
            byte[] pixels = new byte[3 * 31 * 17];
            new Random(3).NextBytes(pixels);
            PixelImage image = new(31, 17, [.. pixels]);
            PixelImage perturbed = ImagePerturbations.Create(name).Apply(image, new Random(5));
            Assert.Equal((31, 17), (perturbed.Width, perturbed.Height));
            Assert.Equal(pixels, image.Rgb);
            Assert.Equal(perturbed.Rgb, ImagePerturbations.Create(name).Apply(image, new Random(5)).Rgb);
            Assert.Equal(name == "none", perturbed.Rgb.SequenceEqual(pixels));
        }
    }

    [Fact]
    public void Gaussian_noise_has_its_levels_standard_deviation()
    {
        HashSet<int> levels = [];
        for (int seed = 0; seed < 60; seed++)
        {
            int level = new Random(seed).Next(1, 41); // The first draw of the stream is the level.
            levels.Add(level);
            if (level > 12)
            {
                continue; // Clipping would bias the measured deviation.
            }
            byte[] noisy = new GaussianNoise().Apply(Grey(128), new Random(seed)).Rgb;
            double[] noise = [.. noisy.Select(value => value - 128.0)];
            double std = Math.Sqrt(noise.Average(value => value * value));
            Assert.InRange(noise.Average(), -1, 1);
            Assert.InRange(std / (level * 2.55), 0.96, 1.04);
            // Neighbouring channels are independent of each other.
            double covariance = noise.Zip(noise.Skip(1)).Average(pair => pair.First * pair.Second);
            Assert.InRange(covariance / (std * std), -0.04, 0.04);
        }
        Assert.True(levels.Count > 20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void Gaussian_noise_is_clipped_rather_than_wrapped(byte value)
    {
        byte[] noisy = new GaussianNoise().Apply(Grey(value), new Random(11)).Rgb;
        // Half of the noise points outwards and is cut off.
        Assert.InRange(noisy.Count(other => other == value) / (double)noisy.Length, 0.48, 0.6);
        Assert.All(noisy, other => Assert.InRange(Math.Abs(other - value), 0, 250));
    }

    [Fact]
    public void Salt_and_pepper_turns_the_levels_share_of_whole_pixels()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            double share = new Random(seed).Next(1, 41) / 100.0;
            byte[][] pixels = [.. new SaltAndPepper().Apply(Grey(128), new Random(seed)).Rgb.Chunk(3)];
            Assert.All(pixels, pixel => Assert.True(pixel[0] == pixel[1] && pixel[1] == pixel[2]));
            Assert.All(pixels, pixel => Assert.Contains(pixel[0], new byte[] { 0, 128, 255 }));
            double salt = pixels.Count(pixel => pixel[0] == 255) / (double)pixels.Length;
            double pepper = pixels.Count(pixel => pixel[0] == 0) / (double)pixels.Length;
            Assert.InRange(salt, share / 2 - 0.02, share / 2 + 0.02);
            Assert.InRange(pepper, share / 2 - 0.02, share / 2 + 0.02);
        }
    }

    [Fact]
    public void An_unknown_perturbation_is_answered_with_the_known_ones()
    {
        BadInputException error = Assert.Throws<BadInputException>(() => ImagePerturbations.Create("gauss"));
        Assert.Contains("\"gauss\"; known are gaussian, salt-pepper", error.Message, StringComparison.Ordinal);
    }
}
