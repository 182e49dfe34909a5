using CsCheck;
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
            Assert.Equal(name != "none", ImagePerturbations.Create(name).ChangesImages);
        }
    }

    [Fact]
    public void A_blank_image_has_the_mean_colour_everywhere()
    {
        PixelImage image = new(2, 1, [10, 0, 255, 20, 100, 254]);
        Assert.Equal([15, 50, 254, 15, 50, 254], new BlankImage().Apply(image, new Random(1)).Rgb); // 254.5 rounds to even.
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
    public void A_ramp_is_turned_exactly_between_its_pixels()
    {
        // Bilinear interpolation of a plane is the plane itself, up to rounding.
        byte[] ramp = new byte[3 * 41 * 41];
        for (int i = 0; i < ramp.Length; i++)
        {
            ramp[i] = (byte)(5 * (i / 3 % 41) + i % 3);
        }
        for (int seed = 0; seed < 10; seed++)
        {
            Random draws = new(seed);
            double radians = draws.Next(1, 41) / 4.0 * (draws.Next(2) == 0 ? 1 : -1) * Math.PI / 180;
            byte[] turned = new Rotation().Apply(new PixelImage(41, 41, ramp), new Random(seed)).Rgb;
            for (int y = 8; y < 33; y++)
            {
                for (int x = 8; x < 33; x++)
                {
                    double column = 20 + Math.Cos(radians) * (x - 20) + Math.Sin(radians) * (y - 20);
                    Assert.Equal(5 * column + 1, turned[3 * (41 * y + x) + 1], 0.5 + 1e-9);
                }
            }
        }
    }

    [Fact]
    public void The_kernel_of_a_blur_is_normal()
    {
        // Level 1 is a variance of 0.1, so a neighbour's weight is e^−5 = 0.00674 of the centre's, and the sum 1.01348:
        // 255 / 1.01348 = 251.6 in the middle, 255 · 0.00674 / 1.01348 = 1.7 beside it.
        PixelImage line = new(5, 1, [0, 0, 0, 0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0]);
        byte[] blurred = new GaussianBlur(highestLevel: 1).Apply(line, new Random(1)).Rgb;
        Assert.Equal([0, 0, 0, 2, 2, 2, 252, 252, 252, 2, 2, 2, 0, 0, 0], blurred);
        PixelImage column = new(1, 5, line.Rgb);
        Assert.Equal(blurred, new GaussianBlur(highestLevel: 1).Apply(column, new Random(1)).Rgb);
    }

    [Fact]
    public void Contrast_is_taken_away_towards_the_mean()
    {
        // Level 1: a hundredth of the way to the mean of 100.
        PixelImage image = new(2, 1, [0, 0, 0, 200, 200, 200]);
        Assert.Equal(
            [1, 1, 1, 199, 199, 199], new ReducedContrast(highestLevel: 1).Apply(image, new Random(1)).Rgb);
    }

    [Theory]
    // Quality 40 makes the step of the mean 20 / 8 = 2.5 grey values: 128, 130.5, …
    [InlineData(129, 128)]
    [InlineData(133, 133)]
    [InlineData(134, 133)]
    [InlineData(138, 138)]
    public void Jpeg_rounds_the_mean_of_a_block_to_whole_steps(byte value, byte expected)
    {
        const int Level = 60;
        int seed = Enumerable.Range(0, 10_000).First(seed => new Random(seed).Next(1, 101) == Level);
        byte[] lossy = new JpegCompression(highestLevel: 100).Apply(Grey(value), new Random(seed)).Rgb;
        Assert.All(lossy, other => Assert.Equal(expected, other));
    }

    [Fact]
    public void Turning_blurring_and_paling_make_no_value_that_was_not_in_between() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[1, 100], Gen.Int[0, 1000])
            .Sample((width, height, level, seed) =>
            {
                byte[] pixels = new byte[3 * width * height];
                new Random(seed).NextBytes(pixels);
                IImagePerturbation[] averaging =
                    [new Rotation(level), new GaussianBlur(level), new ReducedContrast(level)];
                return averaging.All(perturbation => perturbation
                    .Apply(new PixelImage(width, height, pixels), new Random(seed))
                    .Rgb.All(value => value >= pixels.Min() && value <= pixels.Max()));
            });

    [Fact]
    public void At_any_level_and_size_a_perturbation_changes_an_image_of_noise()
    {
        string[] names = [.. ImagePerturbations.Names.Where(name => name is not ("none" or "salt-pepper"))];
        Gen.Select(Gen.Int[4, 40], Gen.Int[4, 40], Gen.Int[1, 100], Gen.Int[0, 1000], Gen.Int[0, names.Length - 1])
            .Sample((width, height, level, seed, name) =>
            {
                byte[] pixels = new byte[3 * width * height];
                new Random(seed).NextBytes(pixels);
                PixelImage perturbed = ImagePerturbations.Create(names[name], level)
                    .Apply(new PixelImage(width, height, pixels), new Random(seed));
                return (perturbed.Width, perturbed.Height) == (width, height) && !perturbed.Rgb.SequenceEqual(pixels);
            });
    }

    [Fact]
    public void A_composition_does_two_different_things_in_a_row()
    {
        Counting[] parts = [new(), new(), new()];
        ComposedPerturbation composition = new(parts);
        HashSet<string> seen = [];
        for (int seed = 0; seed < 100; seed++)
        {
            Array.ForEach(parts, part => part.Times = 0);
            composition.Apply(Grey(0), new Random(seed));
            Assert.Equal(2, parts.Sum(part => part.Times));
            Assert.All(parts, part => Assert.InRange(part.Times, 0, 1));
            seen.Add(string.Concat(parts.Select(part => part.Times)));
        }
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public void An_unknown_perturbation_is_answered_with_the_known_ones()
    {
        BadInputException error = Assert.Throws<BadInputException>(() => ImagePerturbations.Create("gauss"));
        Assert.Contains("\"gauss\"; known are gaussian, salt-pepper", error.Message, StringComparison.Ordinal);
    }

    private sealed class Counting : IImagePerturbation
    {
        public int Times { get; set; }

        public PixelImage Apply(PixelImage image, Random random)
        {
            Times++;
            return image;
        }
    }
}
