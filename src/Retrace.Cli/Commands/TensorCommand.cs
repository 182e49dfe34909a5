using System.CommandLine;

namespace Retrace.Cli.Commands;

/// <summary>A command that computes with tensors: libtorch is found, or refused, before its action begins.</summary>
internal sealed class TensorCommand(string name, string description) : Command(name, description);
