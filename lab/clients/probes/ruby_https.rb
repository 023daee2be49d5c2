# One HTTPS GET by Ruby's net/http. The settings come as JSON in the first argument, the answer goes out as one line of
# JSON.
require 'json'
require 'net/http'
require 'openssl'

given = JSON.parse(ARGV[0])

def answer(connected, text, code, tls = '')
  puts JSON.generate(connected: connected, text: text, code: code, encrypted: connected || nil, tls_version: tls)
end

# Without an address of a proxy it reads none from the environment, either.
http = Net::HTTP.new(given['host'], given['port'], *(given['proxy'].empty? ? [nil] : given['proxy']))
http.use_ssl = true
http.ipaddr = given['connect_to'] if given['connect_to']
http.verify_mode = OpenSSL::SSL::VERIFY_NONE if given['trust_everything']
given['settings'].each { |name, value| http.public_send("#{name}=", value.start_with?('TLS1') ? value.to_sym : value) }
if given['own']
  certificate, key = given['own']
  http.cert, *http.extra_chain_cert = OpenSSL::X509::Certificate.load_file(certificate)
  http.key = OpenSSL::PKey.read(File.read(key))
end
begin
  request = Net::HTTP::Get.new('/')
  request['Host'] = given['host_header'] if given['host_header']
  response = http.start { |connection| connection.request(request) }
  answer(response.code == '200', "HTTP #{response.code}", '')
rescue OpenSSL::SSL::SSLError, OpenSSL::X509::StoreError, SystemCallError, SocketError, IOError, Net::HTTPBadResponse, Net::ProtocolError, Timeout::Error => e
  answer(false, "#{e.message} (#{e.class})", e.class.name)
end
