# One HTTPS GET by Perl's LWP or by IO::Socket::SSL itself. The settings come as JSON in the first argument, the answer
# goes out as one line of JSON.
use strict;
use warnings;
use JSON::PP;

my $given = decode_json($ARGV[0]);
utf8::encode($given->{host});

sub answer {
    my ($connected, $text, $code, $tls) = @_;
    my %said = (connected => $connected ? JSON::PP::true : JSON::PP::false, text => $text, code => $code);
    $said{encrypted} = $connected ? JSON::PP::true : JSON::PP::null;
    $said{tls_version} = $tls // '';
    print JSON::PP->new->ascii->encode(\%said), "\n";
}

sub by_lwp {
    require LWP::UserAgent;
    my $agent = LWP::UserAgent->new(ssl_opts => $given->{ssl}, env_proxy => 0);
    $agent->proxy('https', $given->{proxy}) if $given->{proxy};
    my $response = $agent->get($given->{url}, %{$given->{headers}});
    return answer(1, $response->status_line, '') if $response->code == 200;
    # What LWP itself says behind its own 500 stands in the content.
    my $own = ($response->header('Client-Warning') // '') eq 'Internal response';
    answer(0, $response->status_line . ($own ? "\n" . $response->content : ''), $response->code);
}

sub by_socket {
    require IO::Socket::SSL;
    my $socket = eval { IO::Socket::SSL->new(PeerHost => $given->{host}, PeerPort => $given->{port}, %{$given->{ssl}}) };
    return answer(0, $@, '') if $@;
    return answer(0, "error=$!, ssl_error=$IO::Socket::SSL::SSL_ERROR", 0 + $!) unless $socket;
    my $tls = $socket->get_sslversion;
    $tls =~ tr/_/./;
    print $socket "GET / HTTP/1.1\r\nHost: $given->{asked}\r\nConnection: close\r\n\r\n";
    my $status = <$socket> // '';
    $status =~ s/\s+\z//;
    my $served = $status =~ m{^HTTP/1\.[01] 200\b} ? 1 : 0;    # in a list a match that fails is no item at all
    answer($served, $status || 'no answer: ' . ($IO::Socket::SSL::SSL_ERROR // ''), '', $tls);
}

$given->{client} eq 'perl-lwp' ? by_lwp() : by_socket();
